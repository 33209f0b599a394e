import ApusGraph
import ApusONNX
import ONNXSchema
import ONNXTestSupport
import Testing

/// Files of a few bytes that ask for any amount of time or memory, or say numbers at which arithmetic ends.
@Suite struct HostileFileTests {
    private static let tooLarge =
        "with this the import would become much larger than the file; shorten its loops, call functions less often, or store "
        + "what it computes as an initializer"

    /// A loop of 4096 steps.
    private func loop(
        _ nodes: [NodeProto], inputs: [ValueInfoProto] = [.tensor("x", [1, 4])], _ initializers: [TensorProto] = []
    ) -> ModelProto {
        let body = GraphProto(
            nodes, inputs: [.tensor("step", [], .i64), .tensor("go", [], .bool), .tensor("carried", [1, 4])],
            outputs: ["go", "next"])
        return ModelProto(
            [NodeProto("Loop", ["steps", "", "x"], ["y"], [.graph("body", body)])], inputs: inputs,
            initializers: [TensorProto("steps", [], integers: [4096])] + initializers)
    }

    @Test func loopsThatMakeMuchAreRefused() throws {
        let name = "MeanVarianceNormalization"
        let chain = (0..<4).map {
            NodeProto(name, [$0 == 0 ? "carried" : "v\($0)"], ["v\($0 + 1)"], [.ints("axes", [1])])
        }
        let text = try refusal(of: loop(chain + [NodeProto("Relu", ["v4"], ["next"])])).description
        #expect(text.contains(" (\(name)): \(Self.tooLarge)"), "\(text)")
    }

    /// What is found out of a composite operator takes as long as what it stands for.
    @Test func loopsOfOperatorsThatStandForOthersAreRefused() throws {
        let nodes = [
            NodeProto("LpNormalization", ["carried"], ["a"]), NodeProto("LpNormalization", ["a"], ["b"]),
            NodeProto("LpNormalization", ["b"], ["c"]), NodeProto("LpNormalization", ["c"], ["next"]),
        ]
        let text = try refusal(of: loop(nodes)).description
        #expect(text.contains(" (LpNormalization): \(Self.tooLarge)"), "\(text)")
    }

    @Test func loopsThatHoldConstantsAreRefused() throws {
        let constant = NodeProto("Constant", [], ["c"], [.ints("value_ints", Array(repeating: 1, count: 20_000))])
        let text = try refusal(of: loop([constant, NodeProto("Relu", ["carried"], ["next"])])).description
        #expect(text.contains("c (Constant): \(Self.tooLarge)"), "\(text)")
    }

    @Test func loopsOfOneNodeAreTaken() throws {
        let model = try loop([NodeProto("Relu", ["carried"], ["next"])]).imported()
        #expect(model.graph.nodes.count == 4096)
    }

    /// Constants that are computed of what a file says of a shape.
    @Test(
        arguments: [
            (NodeProto("DFT", ["x"], ["y"], [.int("axis", 1)]), [.tensor("x", [1, 4000, 1])], []),
            (
                NodeProto("AffineGrid", ["x", "size"], ["y"]), [.tensor("x", [1, 2, 3])],
                [("size", [1, 1, 4096, 4096])]
            ),
            (
                NodeProto("DequantizeLinear", ["x", "s"], ["y"], [.int("axis", 0), .int("block_size", 1 << 30)]),
                [.tensor("x", [2_147_483_647], .i8), .tensor("s", [2])], []
            ),
            (
                NodeProto("Col2Im", ["x", "image", "block"], ["y"]), [.tensor("x", [1, 16_384, 1])],
                [("image", [32, 32]), ("block", [32, 32])]
            ),
            (
                NodeProto("DeformConv", ["x", "w", "o"], ["y"]),
                [
                    .tensor("x", [1, 1, 20_000, 20_000]), .tensor("w", [1, 1, 2, 20_000]),
                    .tensor("o", [1, 80_000, 19_999, 1]),
                ],
                []
            ),
        ] as [(NodeProto, [ValueInfoProto], [(String, [Int])])])
    func largeConstantsAreRefused(
        _ node: NodeProto, _ inputs: [ValueInfoProto], _ integers: [(String, [Int])]
    ) throws {
        let initializers = integers.map { name, numbers in
            TensorProto(name, [numbers.count], integers: numbers)
        }
        let model = ModelProto(
            [node], inputs: inputs, initializers: initializers, version: node.opType == "DFT" ? 17 : 21)
        #expect(try reason(of: model) == "y (\(node.opType)): \(Self.tooLarge)")
    }

    @Test(
        arguments: [
            (
                NodeProto("Einsum", [], ["y"], [.string("equation", "")]), [.tensor("x", [4])], [],
                "has no inputs"
            ),
            (
                NodeProto("ReduceMean", ["x"], ["y"], [.ints("axes", [0, 0, 0])]),
                [.tensor("x", [2_147_483_647], .i32)], [],
                "[0, 0, 0] are not axes for reduce_sum of i32[2147483647]; use different numbers from -1 to 0"
            ),
            (
                NodeProto("LSTM", ["x", "w", "r"], ["y"]),
                [.tensor("x", [3, 1, 4]), .tensor("w", [16, 4]), .tensor("r", [1, 16, 4])],
                [], "goes through f32[3, 1, 4] with a weight of f32[16, 4]"
            ),
            (
                NodeProto("Col2Im", ["x", "image", "block"], ["y"]), [.tensor("x", [1, 4, 1])],
                [("image", [.max, .max]), ("block", [2, 2])],
                "can't make an image of [9223372036854775807, 9223372036854775807]"
            ),
            (
                NodeProto("Slice", ["x", "s", "e", "a"], ["y"]), [.tensor("x", [4, 4, 4])],
                [("s", [0]), ("e", [1]), ("a", [0, 1, 2])],
                "slice has 1 starts, 1 ends and steps [1, 1, 1] for 3 axes; give one of each for each axis, and steps that are not 0"
            ),
            (
                NodeProto("Split", ["x"], ["y"], [.int("num_outputs", 65_536)]), [.tensor("x", [2_147_483_647])], [],
                "makes 65536 parts, and has 1 outputs"
            ),
            (
                NodeProto(
                    "SVMRegressor", ["x"], ["y"], domain: "ai.onnx.ml",
                    [.int("n_supports", .max), .floats("coefficients", [1]), .floats("support_vectors", [1])]),
                [.tensor("x", [1, 2_147_483_647])], [],
                "1 coefficients are not those of 9223372036854775807 vectors"
            ),
            (
                NodeProto("ConstantOfShape", ["s"], ["y"]), [],
                [("s", [2_147_483_647, 2_147_483_647, 2_147_483_647, 0])],
                "makes f32[2147483647, 2147483647, 2147483647, 0]"
            ),
        ] as [(NodeProto, [ValueInfoProto], [(String, [Int])], String)])
    func numbersAtWhichArithmeticEndsAreRefused(
        _ node: NodeProto, _ inputs: [ValueInfoProto], _ integers: [(String, [Int])], _ text: String
    ) throws {
        let initializers = integers.map { TensorProto($0, [$1.count], integers: $1) }
        let model = ModelProto(
            [node], inputs: inputs, initializers: initializers, version: node.opType == "ReduceMean" ? 13 : 18)
        let operation = node.domain.isEmpty ? node.opType : "\(node.domain).\(node.opType)"
        #expect(try reason(of: model) == "y (\(operation)): \(text)")
    }

    @Test func headsOfTooFewDimensionsAreRefused() throws {
        let node = NodeProto("Attention", ["x", "x", "x"], ["y"], [.int("q_num_heads", 2)])
        let model = ModelProto([node], inputs: [.tensor("x", [4])], version: 23, format: 11)
        #expect(try reason(of: model) == "y (Attention): reads f32[4], which has too few dimensions")
    }

    /// No operator counts on inputs that its node need not have, nor on their ranks.
    @Test func operatorsTakeOrRefuseAnyInputs() {
        let shapes: [[ValueInfoProto.Extent]] = [[], [1], [2, 4], [1, 2, 4], [1, 2, 4, 4], [1, 2, 2, 4, 4]]
        for operation in KnownOperator.all {
            for count in 0...9 {
                for shape in shapes where count > 0 || shape.isEmpty {
                    for type in [ElementType.f32, .i64] {
                        let node = NodeProto(
                            operation.name, Array(repeating: "x", count: count), ["y", "z"], domain: operation.domain)
                        var model = ModelProto([node], inputs: [.tensor("x", shape, type)], version: 28, format: 14)
                        model.opsetImport.append(OperatorSetIdProto("ai.onnx.ml", version: 5))
                        _ = try? model.imported()
                    }
                }
            }
        }
    }

    @Test func outputsWithoutANameAreRefused() throws {
        let initializer = TensorProto("", [1], integers: [1])
        let whole = ModelProto([NodeProto("Relu", ["x"], ["y"])], outputs: [""], initializers: [initializer])
        #expect(try refusal(of: whole).description.hasPrefix("small.onnx: output (output): has no name; "))
        let branch = GraphProto([NodeProto("Relu", ["x"], ["t"])], outputs: [""])
        let inner = ModelProto(
            [NodeProto("If", ["c"], ["y"], [.graph("then_branch", branch), .graph("else_branch", branch)])],
            initializers: [initializer, TensorProto("c", Tensor(.bool, shape: [], integers: [1]))])
        #expect(try reason(of: inner) == "y (If): its graph has an output without a name")
    }

    @Test func valuesOfManyDimensionsAreRefused() throws {
        let shape = [ValueInfoProto.Extent](repeating: 1, count: 9)
        let text = try refusal(of: ModelProto([NodeProto("Relu", ["x"], ["y"])], inputs: [.tensor("x", shape)]))
            .description
        #expect(text.contains("x (input): a value can't have 9 dimensions; keep to 8"), "\(text)")
    }

    /// Sizes that are computed of symbols, again and again.
    @Test(arguments: [
        [NodeProto("Mul", ["a", "a"], ["b"])],
        [NodeProto("Div", ["a", "two"], ["c"]), NodeProto("Add", ["c", "n"], ["b"])],
        [
            NodeProto("Div", ["a", "two"], ["c"]), NodeProto("Mul", ["c", "a"], ["d"]),
            NodeProto("Add", ["d", "n"], ["b"]),
        ],
    ])
    func sizesThatGrowAreNotKnown(_ step: [NodeProto]) throws {
        var nodes = [
            NodeProto("Shape", ["x"], ["s"]), NodeProto("Gather", ["s", "zero"], ["n"]),
            NodeProto("Gather", ["s", "one"], ["t"]), NodeProto("Add", ["n", "t"], ["a0"]),
        ]
        for number in 0..<400 {
            nodes += step.map { node in
                var node = node
                node.input = node.input.map { $0 == "n" || $0 == "two" ? $0 : "\($0)\(number)" }
                node.output = node.output.map { $0 == "b" ? "a\(number + 1)" : "\($0)\(number)" }
                return node
            }
        }
        nodes += [
            NodeProto("Concat", ["a400", "minus"], ["q"], [.int("axis", 0)]), NodeProto("Reshape", ["x", "q"], ["y"]),
        ]
        let model = ModelProto(
            nodes, inputs: [.tensor("x", ["N", "T", 4])],
            initializers: [
                TensorProto("zero", [1], integers: [0]), TensorProto("one", [1], integers: [1]),
                TensorProto("two", [], integers: [2]), TensorProto("minus", [1], integers: [-1]),
            ])
        let text = try refusal(of: model).description
        #expect(
            text.contains(
                "y (Reshape): the new shape, input 1, is computed while the model runs and must be known before")
                || text.contains(Self.tooLarge), "\(text)")
    }

    @Test func longReasonsAreCut() throws {
        let node = NodeProto("ReduceSum", ["x"], ["y"], [.ints("axes", Array(repeating: 7, count: 10_000))])
        let text = try reason(of: ModelProto([node], version: 11))
        #expect(text.hasPrefix("y (ReduceSum): 7 is no axis of 2 dimensions"), "\(text)")
        let transpose = NodeProto("Transpose", ["x"], ["y"], [.ints("perm", Array(repeating: 7, count: 10_000))])
        let list = try reason(of: ModelProto([transpose]))
        #expect(list.utf8.count < 1100 && list.hasSuffix(" ..."), "\(list)")
    }
}
