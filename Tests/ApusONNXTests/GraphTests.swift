import ApusGraph
import ApusONNX
import ONNXTestSupport
import ONNXSchema
import Testing

/// The graphs that come of files: names, the batch, and what is left out.
@Suite struct GraphTests {
    private func names(_ graph: Graph) -> [String] { graph.nodes.flatMap(\.results).map { graph[$0].name } }

    @Test func valuesKeepTheirNames() throws {
        let model = try ModelProto(
            [NodeProto("Relu", ["x"], ["hidden/Relu:0"]), NodeProto("LeakyRelu", ["hidden/Relu:0"], ["y"])]
        ).imported()
        #expect(model.graph.name == "small")
        #expect(names(model.graph) == ["hidden/Relu:0", "y"])
        #expect(model.graph.outputs.map { model.graph[$0].name } == ["y"])
    }

    /// Text that is printed is text that can be read.
    @Test func graphsCanBePrintedAndRead() throws {
        let model = try ModelProto(
            [NodeProto("Relu", ["x"], ["hidden/Relu:0"]), NodeProto("LeakyRelu", ["hidden/Relu:0"], ["y"])]
        ).imported()
        #expect(try Graph.parse(model.graph.text) == model.graph)
    }

    @Test func anInputCanBeAnOutput() throws {
        let model = try ModelProto([NodeProto("Relu", ["x"], ["y"])], outputs: ["x", "y"]).imported()
        #expect(model.graph.outputs.count == 2)
        #expect(try model.answers(["x": [-1, 2, 3, 4]])["y"] == [0, 2, 3, 4])
    }

    @Test func namesThatStandForTwoValuesAreRefused() throws {
        let twice = ModelProto([NodeProto("Relu", ["x"], ["y"])], outputs: ["y", "y"])
        #expect(try refusal(of: twice).description.contains("y (output): is an output twice"))
        let shadowed = ModelProto([NodeProto("Relu", ["x"], ["a"]), NodeProto("Relu", ["a"], ["x"])], outputs: ["x"])
        #expect(
            try refusal(of: shadowed).description.contains("x (output): is made by a node, and an input beside that"))
    }

    /// Shapes that were written for a single sample go on with the batch.
    @Test func reshapesOfOneSampleKeepTheOpenedBatch() throws {
        let model = ModelProto(
            [NodeProto("Reshape", ["x", "s"], ["y"])], inputs: [.tensor("x", [1, 2, 3])],
            initializers: [TensorProto("s", [2], integers: [1, 6])])
        let graph = try model.imported(ImportOptions(opensBatch: true)).graph
        #expect(graph.outputs.map { graph[$0].type } == [TensorType(.f32, ["N", 6])])
        let other = ModelProto(
            [NodeProto("Reshape", ["x", "s"], ["y"])], inputs: [.tensor("x", [1, 2, 3])],
            initializers: [TensorProto("s", [2], integers: [1, 5])])
        #expect(try refusal(of: other, ImportOptions(opensBatch: true)).description.contains("do not fill [1, 5]"))
    }

    /// What an output does not need may be what can't be taken.
    @Test func graphsAreCutAtValues() throws {
        let inner = GraphProto([NodeProto("Add", ["a", "x"], ["t"])], outputs: ["t"])
        let model = ModelProto(
            [
                NodeProto("Relu", ["x"], ["a"]),
                NodeProto("If", ["c"], ["b"], [.graph("then_branch", inner), .graph("else_branch", inner)]),
                NodeProto("NoSuchOperator", ["b"], ["y"]),
            ], initializers: [TensorProto("c", Tensor(.bool, shape: [], integers: [1]))])
        #expect(try refusal(of: model).description.contains("NoSuchOperator"))
        let cut = try model.imported(ImportOptions(outputs: ["b", "a"]))
        #expect(cut.graph.outputs.map { cut.graph[$0].name } == ["b", "a"])
        #expect(try cut.answers(["x": [-1, 2, 3, 4]]) == ["a": [0, 2, 3, 4], "b": [-1, 4, 6, 8]])
        #expect(
            try refusal(of: model, ImportOptions(outputs: ["bb"])).description
                == "small.onnx: has no value with the name 'bb'; did you mean 'b'? dump-graph shows the names of all")
    }

    @Test func theLeadingOneBecomesTheBatch() throws {
        let relu = NodeProto("Relu", ["x"], ["y"])
        let fixed = ModelProto([relu], inputs: [.tensor("x", [1, 3])])
        #expect(try fixed.imported().graph.text.contains("f32[1, 3]"))
        let opened = try fixed.imported(ImportOptions(opensBatch: true))
        #expect(opened.graph.outputs.map { opened.graph[$0].type } == [TensorType(.f32, ["N", 3])])
        #expect(
            try refusal(of: ModelProto([relu], inputs: [.tensor("x", [2, 3])]), ImportOptions(opensBatch: true))
                .description
                == "small.onnx: has no input whose first dimension is 1, which could be the batch; leave its batch as it is"
        )
    }

    @Test func namedDimensionsAreSymbols() throws {
        let input = ValueInfoProto.tensor("x", ["batch", "time steps", "", 2])
        let model = ModelProto([NodeProto("Relu", ["x"], ["y"])], inputs: [input])
        func type(_ sizes: [String: Int]) throws -> TensorType {
            let graph = try model.imported(ImportOptions(sizes: sizes)).graph
            return graph[graph.inputs[0]].type
        }
        #expect(try type([:]) == TensorType(.f32, ["batch", "time_steps", "x_2", 2]))
        #expect(try type(["time steps": 7, "x_2": 5]) == TensorType(.f32, ["batch", 7, 5, 2]))
        #expect(try type(["time_steps": 7]) == TensorType(.f32, ["batch", 7, "x_2", 2]))
    }

    @Test(arguments: [
        (["bach": 2], "has no dimension with the name 'bach'; did you mean 'batch'? there is batch and time"),
        (["zzzzzzz": 2], "has no dimension with the name 'zzzzzzz'; there is batch and time"),
        (["time": 0], "can't have 0 for 'time'; give a number from 1 to 2147483647"),
    ])
    func sizesOfNothingAreRefused(_ sizes: [String: Int], _ text: String) throws {
        let model = ModelProto([NodeProto("Relu", ["x"], ["y"])], inputs: [.tensor("x", ["batch", "time"])])
        #expect(try refusal(of: model, ImportOptions(sizes: sizes)).description == "small.onnx: \(text)")
    }

    @Test func whatNoOutputNeedsIsLeftOut() throws {
        let model = try ModelProto(
            [
                NodeProto("Relu", ["x"], ["y"]), NodeProto("Add", ["x", "w"], ["unused"]),
                NodeProto("Relu", ["unused"], ["unused too"]),
            ], initializers: [TensorProto("w", [4], floats: [1, 2, 3, 4]), TensorProto("v", [2], floats: [1, 2])]
        ).imported()
        #expect(names(model.graph) == ["y"])
        #expect(model.graph.parameters.isEmpty)
        #expect(model.graph.constants.isEmpty)
        #expect(model.weights.isEmpty)
    }

    @Test func whatIsComputedOfConstantsIsAConstant() throws {
        let model = try ModelProto(
            [NodeProto("Add", ["a", "b"], ["c"]), NodeProto("Add", ["x", "c"], ["y"])],
            inputs: [.tensor("x", ["N", 2], .i64)],
            initializers: [TensorProto("a", [2], integers: [1, 2]), TensorProto("b", [2], integers: [10, 20])]
        ).imported()
        #expect(names(model.graph) == ["y"])
        #expect(model.graph.constants.map(\.elements) == [.integers([11, 22])])
    }

    @Test func notesOfOursComeBack() throws {
        var message = ModelProto([NodeProto("Relu", ["x"], ["y"])])
        let entries = [
            ("apus.label.0", "cat"), ("apus.label.1", "dog"), ("apus.preparation.scale", "255"), ("author", "x"),
        ]
        message.metadataProps = entries.map { key, value in
            .with {
                $0.key = key
                $0.value = value
            }
        }
        let model = try message.imported()
        #expect(model.labels == ["cat", "dog"])
        #expect(model.preparation == [.init(name: "scale", value: "255")])
        #expect(model.notes.isEmpty)
    }
}
