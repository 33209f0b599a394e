import ApusGraph
import ApusONNX
import ONNXTestSupport
import ONNXSchema
import Testing

/// What is said of files that can't be taken: all of it, and at once.
@Suite struct FailureTests {
    /// What is left out behind a node of an unknown size is not listed, but where to end the network is said.
    @Test func unknownSizesSayWhereToEnd() throws {
        let remedy = ", by importing these values as its outputs (--until)"
        let reason =
            "how many elements it gives depends on the numbers in its input, and a plan's sizes are known before it runs; "
        let boxes = ModelProto(
            [
                NodeProto("Sigmoid", ["s"], ["p"]), NodeProto("NonMaxSuppression", ["boxes", "p", "k"], ["kept"]),
                NodeProto("Relu", ["kept"], ["y"]),
            ], inputs: [.tensor("boxes", [1, 10, 4]), .tensor("s", [1, 2, 10])],
            initializers: [TensorProto("k", [1], floats: [5])])
        #expect(
            try "\(refusal(of: boxes))" == """
                small.onnx: 2 of its 3 nodes can't be taken, for 1 reason; change these where the model was exported
                  kept (NonMaxSuppression): \(reason)end the network at 'boxes' and 'p'\(remedy)
                """)
        let places = ModelProto([NodeProto("NonZero", ["x"], ["y"])])
        #expect(try ApusONNXTests.reason(of: places) == "y (NonZero): \(reason)end the network at 'x'\(remedy)")
        let chosen = ModelProto([
            NodeProto("Cast", ["x"], ["c"], [.int("to", 9)]), NodeProto("Compress", ["x", "c"], ["y"]),
        ])
        #expect(
            try ApusONNXTests.reason(of: chosen)
                == "y (Compress): \(reason)end the network at 'x' and 'c'\(remedy)")
    }

    /// Two nodes that fail, one that waits for them, and two that are fine.
    private let model = ModelProto(
        [
            NodeProto("Relu", ["x"], ["a"]), NodeProto("Wobble", ["a"], ["b"], name: "first"),
            NodeProto("Wobble", ["x"], ["c"], domain: "org.example"),
            NodeProto("Relu", ["x"], ["d"], [.int("colour", 3)]), NodeProto("Add", ["b", "d"], ["e"]),
            NodeProto("Relu", ["e"], ["y"]),
        ])

    @Test func allFailuresAreListedAtOnce() throws {
        let error = try refusal(of: model)
        #expect(
            error.description == """
                small.onnx: 5 of its 6 nodes can't be taken, for 3 reasons; change these where the model was exported
                  first (Wobble): there is no such operator here in version 17
                  c (org.example.Wobble): there is no such operator here in version 1
                  d (Relu): has the attribute 'colour', which is not known here
                """)
    }

    @Test func coverageCountsOperators() throws {
        let coverage = try ImportedFile(model.file()).coverage
        #expect(
            coverage.rows.map { "\($0.count) \($0.operation): \($0.reasons.joined(separator: ", "))" } == [
                "3 Relu: has the attribute 'colour', which is not known here",
                "1 Wobble: there is no such operator here in version 17",
                "1 org.example.Wobble: there is no such operator here in version 1", "1 Add: ",
            ])
        #expect(coverage.nodeCount == 6)
        #expect(coverage.affectedCount == 5)
    }

    @Test func whatIsReadBeforeItIsMadeIsRefused() throws {
        let cyclic = ModelProto([NodeProto("Relu", ["b"], ["a"]), NodeProto("Relu", ["a"], ["b"])], outputs: ["b"])
        #expect(try reason(of: cyclic) == "a (Relu): 'b' is not made before it is read")
    }

    @Test func inputsThatAreLeftOutAreNamed() throws {
        let missing = ModelProto([NodeProto("Add", ["x", ""], ["y"])])
        #expect(try reason(of: missing) == "y (Add): input 1 is not given")
        #expect(try reason(of: ModelProto([NodeProto("Add", ["x"], ["y"])])) == "y (Add): input 1 is not given")
    }

    @Test func shapesThatDontFitAreExplained() throws {
        let model = ModelProto(
            [NodeProto("Add", ["x", "w"], ["y"])], initializers: [TensorProto("w", [3], floats: [1, 2, 3])])
        let text = try reason(of: model)
        #expect(text.hasPrefix("y (Add): "))
        #expect(text.contains("[N, 4]") && text.contains("[3]"), "\(text)")
    }

    @Test func attributesOfTheWrongTypeAreRefused() throws {
        let model = ModelProto([NodeProto("LeakyRelu", ["x"], ["y"], [.string("alpha", "much")])])
        #expect(try reason(of: model) == "y (LeakyRelu): 'alpha' is of the type STRING, not FLOAT")
    }

    @Test func outputsThatNobodyMakesAreRefused() throws {
        let error = try refusal(of: ModelProto([NodeProto("Relu", ["x"], ["y"])], outputs: ["z"]))
        #expect(error.description.contains("z (output): no node makes this output"), "\(error)")
    }

    /// What a file says can't control a terminal.
    @Test func namesOfTheFileArePrintable() throws {
        let text = try refusal(of: ModelProto([NodeProto("Wob\u{1b}[31mble", ["x"], ["y"], name: "a\nb")])).description
        #expect(!text.unicodeScalars.contains("\u{1b}"))
        #expect(text.split(separator: "\n").count == 2)
    }
}
