import ApusGraph
import ApusONNX
import FoundationEssentials
import ONNXTestSupport
import ONNXSchema
import TestSupport
import Testing

/// What is read of a file, and what of it is refused.
@Suite struct ReadingTests {
    private let relu = NodeProto("Relu", ["x"], ["y"])

    @Test(arguments: [
        (2, 17, "is of version 2 of the format; convert it to one from 3 to 14"),
        (15, 17, "is of version 15 of the format; convert it to one from 3 to 14"),
        (8, 6, "uses version 6 of the operators; convert it to one from 7 to 28, as onnx.version_converter does"),
        (8, 29, "uses version 29 of the operators"),
    ])
    func versionsThatAreNotKnownAreRefused(format: Int, version: Int, text: String) throws {
        let error = try refusal(of: ModelProto([relu], version: version, format: format))
        #expect(error.description.hasPrefix("small.onnx: \(text)"), "\(error)")
    }

    @Test func bytesThatAreNoFileOfONNXAreRefused() throws {
        let bytes = ModelProto([relu]).bytes
        for broken in [Array("model m\n".utf8), Array(bytes.dropLast(3)), [UInt8](repeating: 0xff, count: 64)] {
            let error = #expect(throws: ONNXError.self) { try ONNXFile(broken, path: "a.onnx") }
            #expect(
                error?.description == "a.onnx: is no ONNX file, or a broken one; compare it with where it came from")
        }
        let error = #expect(throws: ONNXError.self) { try ONNXFile([], path: "a.onnx") }
        #expect(error?.description == "a.onnx: holds no graph; compare it with where it came from")
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let error = #expect(throws: ONNXError.self) { try ONNXFile(contentsOf: "/nowhere/a.onnx") }
        #expect(error?.description == "/nowhere/a.onnx: can't open it: No such file or directory; check the path")
    }

    @Test func aFileNeedsTheVersionOfItsOperators() throws {
        var model = ModelProto([relu])
        model.opsetImport = []
        #expect(
            try reason(of: model) == "y (Relu): the file does not say which version of the operators it uses")
    }

    @Test(arguments: [
        (TensorProto("w", [2, 3], .float), "0 elements don't fill its shape [2, 3]"),
        (TensorProto("w", [1 << 40], .float), "its shape is [1099511627776]"),
        (TensorProto("w", [-1], .float), "its shape is [-1]"),
        (
            TensorProto("w", [65_536, 65_536], .float),
            "its shape, [65536, 65536], has more elements than 2147483647"
        ),
        (TensorProto("w", [1], .string), "its elements are STRING, which Apus has no type for"),
        (TensorProto("w", [1], .float8E4M3Fn), "its elements are FLOAT8E4M3FN, which Apus has no type for"),
        (
            TensorProto("w", [1], external: [:]),
            "its data is external, and no location says where"
        ),
    ])
    func initializersThatAreWrongAreRefused(_ tensor: TensorProto, _ text: String) throws {
        let model = ModelProto([NodeProto("Add", ["x", "w"], ["y"])], initializers: [tensor])
        #expect(try reason(of: model) == "w (initializer): \(text)")
    }

    @Test func bytesThatAreNoWholeNumberOfElementsAreRefused() throws {
        var tensor = TensorProto("w", [2], .float)
        tensor.rawData = Data([0, 0, 0, 0, 0, 0, 0])
        let model = ModelProto([NodeProto("Add", ["x", "w"], ["y"])], initializers: [tensor])
        #expect(
            try reason(of: model) == "w (initializer): a broken number of elements don't fill its shape [2]")
    }

    @Test func sparseInitializersAreRefused() throws {
        var model = ModelProto([NodeProto("Add", ["x", "w"], ["y"])])
        model.graph.sparseInitializer = [.with { $0.values = TensorProto("w", [1], floats: [1]) }]
        #expect(try reason(of: model) == "w (initializer): it is sparse, which is not read")
    }

    /// Each element type from its list and from bytes: both are the same numbers.
    @Test(arguments: ElementType.allCases)
    func elementsInListsAndInBytesAreTheSame(_ type: ElementType) throws {
        let numbers = type == .bool ? [1.0, 0, 1] : [3.0, 7, 120]
        let tensor = Tensor(shape: [3], elements: numbers).converted(to: type)
        var listed = TensorProto("w", [3], type.dataType)
        switch type {
        case .f32: listed.floatData = numbers.map(Float.init)
        case .f64: listed.doubleData = numbers
        case .f16: listed.int32Data = numbers.map { Int32(Float16($0).bitPattern) }
        case .bf16: listed.int32Data = numbers.map { Int32(Float($0).bitPattern >> 16) }
        case .i64: listed.int64Data = numbers.map { Int64($0) }
        case .u32, .u64: listed.uint64Data = numbers.map { UInt64($0) }
        default: listed.int32Data = numbers.map { Int32($0) }
        }
        for message in [listed, TensorProto("w", tensor)] {
            let read = try Tensor(onnxTensor: message.serializedBytes(), path: "w.pb")
            #expect(read == tensor)
            let model = try ModelProto([], inputs: [], outputs: ["w"], initializers: [message]).imported()
            #expect(model.graph.outputs.map { model.graph[$0].type } == [TensorType(type, [3])])
            #expect(try model.answers([:])["w"] == numbers)
        }
    }

    @Test func anInitializerThatIsAnInputTooIsAParameter() throws {
        let model = try ModelProto(
            [NodeProto("Add", ["x", "w"], ["y"])], inputs: [.tensor("x", ["N", 2]), .tensor("w", [2])],
            initializers: [TensorProto("w", [2], floats: [1, 2])]
        ).imported()
        #expect(model.graph.inputs.map { model.graph[$0].name } == ["x"])
        #expect(model.weights == ["w": [1, 2]])
        #expect(try model.answers(["x": [10, 20]]) == ["y": [11, 22]])
    }

    @Test(arguments: [
        (ValueInfoProto.with { $0.name = "x" }, "it is no tensor"),
        (
            ValueInfoProto.with {
                $0.name = "x"
                $0.type.tensorType.elemType = 1
            }, "its shape is not written, not even its rank"
        ),
        (
            ValueInfoProto.with {
                $0.name = "x"
                $0.type.tensorType.elemType = 8
                $0.type.tensorType.shape = TensorShapeProto()
            }, "its elements are STRING, which Apus has no type for"
        ),
        (
            ValueInfoProto.with {
                $0.name = "x"
                $0.type.sequenceType.elemType = TypeProto()
            }, "it is no tensor"
        ),
    ])
    func inputsThatAreNoTensorsAreRefused(_ input: ValueInfoProto, _ text: String) throws {
        #expect(try reason(of: ModelProto([relu], inputs: [input])) == "x (input): \(text)")
    }

    @Test func deepNestingIsRefused() throws {
        var graph = GraphProto([relu], outputs: ["y"])
        for _ in 0..<300 {
            graph = GraphProto(
                [
                    NodeProto(
                        "If", ["c"], ["y"], [.graph("then_branch", graph), .graph("else_branch", graph)].dropLast())
                ],
                outputs: ["y"])
        }
        var model = ModelProto([relu])
        model.graph.node = graph.node
        // Some versions of the library refuse to write it.
        let bytes = model.bytes
        guard !bytes.isEmpty else { return }
        let error = #expect(throws: ONNXError.self) { try ONNXFile(bytes, path: "a.onnx") }
        #expect(error?.problem == "is no ONNX file, or a broken one")
    }
}
