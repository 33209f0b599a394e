import ApusGraph
import ApusONNX
import ONNXSchema
import ONNXTestSupport
import Testing

/// Two ways to write the same, which go different ways through the importer, give the same.
@Suite struct EquivalenceTests {
    /// Numbers without a pattern, between −1 and 1.
    private func numbers(_ count: Int, seed: Int = 1) -> [Double] {
        (0..<count).map { index in
            let value = (Double(index * 7 + seed) * 0.618_033_988_749).truncatingRemainder(dividingBy: 1)
            return 2 * value - 1
        }
    }
    private func tensor(_ name: String, _ shape: [Int], seed: Int = 1) -> TensorProto {
        TensorProto(name, shape, floats: numbers(shape.reduce(1, *), seed: seed).map(Float.init))
    }

    private func expectEqual(
        _ first: [Double]?, _ second: [Double]?, tolerance: Double = 1e-5,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let (first, second) = (try #require(first), try #require(second))
        #expect(first.count == second.count, sourceLocation: sourceLocation)
        for (a, b) in zip(first, second) { #expect(abs(a - b) <= tolerance, sourceLocation: sourceLocation) }
    }

    /// Weights that are computed go by products of matrices, others by convolutions.
    @Test(arguments: ["Conv", "ConvTranspose"]) func weightsMayBeComputed(_ operation: String) throws {
        let attributes: [AttributeProto] = [
            .ints("kernel_shape", [3, 2]), .ints("strides", [2, 1]), .ints("pads", [1, 0, 1, 1]), .int("group", 2),
        ]
        let node = NodeProto(operation, ["x", "w", "b"], ["y"], attributes)
        let (shape, x) = ([4, 2, 3, 2], numbers(4 * 5 * 6, seed: 3))
        let image = ValueInfoProto.tensor("x", ["N", 4, 5, 6])
        let initializers = [tensor("w", shape), tensor("b", [4], seed: 2)]
        let stored = try ModelProto([node], inputs: [image], initializers: initializers).imported()
        let weight = ValueInfoProto.tensor("w", [4, 2, 3, 2])
        let given = try ModelProto([node], inputs: [image, weight], initializers: [initializers[1]]).imported()
        let elements = numbers(48).map { Double(Float($0)) }
        try expectEqual(stored.answers(["x": x])["y"], given.answers(["x": x, "w": elements])["y"])
    }

    /// Scales of blocks are kept as such, and stand for the same as scales for all elements.
    @Test(arguments: [0, 1, -1]) func scalesOfBlocksAreThoseOfTheirElements(axis: Int) throws {
        let (rows, columns, block) = (3, 5, 2)
        let isRows = axis == 0
        let shape = isRows ? [(rows + 1) / block, columns] : [rows, (columns + 1) / block]
        let codes = Tensor(.i8, shape: [rows, columns], integers: (0..<15).map { $0 * 37 % 256 - 128 })
        let zeros = Tensor(.i8, shape: shape, integers: (0..<shape[0] * shape[1]).map { $0 - 4 })
        let scales = numbers(shape[0] * shape[1], seed: 5).map(Float.init)
        let node = NodeProto(
            "DequantizeLinear", ["c", "s", "z"], ["w"], [.int("axis", axis), .int("block_size", block)])
        let file = ModelProto(
            [node, NodeProto("Add", ["x", "w"], ["y"])], inputs: [.tensor("x", ["N", 3, 5])],
            initializers: [
                TensorProto("c", codes), TensorProto("s", shape, floats: scales), TensorProto("z", zeros),
            ], version: 21, format: 10)
        let model = try file.imported()
        let call = model.graph.nodes.compactMap { $0.operation as? DequantizeLinear }
        #expect(call.count == 1 && call.first?.block == 2, "\(model.graph)")
        let answers = try model.answers(["x": Array(repeating: 0, count: 15)], batch: 1)
        let expected = (0..<15).map { place in
            let (row, column) = (place / columns, place % columns)
            let number = isRows ? row / block * columns + column : row * shape[1] + column / block
            return Double(codes.integers[place] - (number - 4)) * Double(scales[number])
        }
        try expectEqual(answers["y"], expected)
    }

    /// Peepholes of zeros change nothing, but layers that have any are written out step by step.
    @Test(arguments: ["forward", "reverse", "bidirectional"]) func layersMayBeWrittenOut(_ direction: String) throws {
        let directions = direction == "bidirectional" ? 2 : 1
        let inputs: [ValueInfoProto] = [.tensor("x", [4, "N", 2]), .tensor("l", ["N"], .i32)]
        var initializers = [
            tensor("w", [directions, 12, 2]), tensor("r", [directions, 12, 3], seed: 2),
            tensor("b", [directions, 24], seed: 3),
        ]
        let attributes: [AttributeProto] = [.int("hidden_size", 3), .string("direction", direction)]
        func answers(_ names: [String]) throws -> [String: [Double]] {
            let node = NodeProto("LSTM", names, ["y", "h", "c"], attributes)
            let file = ModelProto([node], inputs: inputs, outputs: ["y", "h", "c"], initializers: initializers)
            return try file.imported().answers(["x": numbers(16), "l": [2, 4]], batch: 2)
        }
        let plain = try answers(["x", "w", "r", "b", "l"])
        initializers.append(TensorProto("p", [directions, 9], floats: Array(repeating: 0, count: directions * 9)))
        let unrolled = try answers(["x", "w", "r", "b", "l", "", "", "p"])
        for name in ["y", "h", "c"] { try expectEqual(plain[name], unrolled[name]) }
    }

    /// A window that is dilated by 1 is none that is; the other way goes for those that are.
    @Test func poolsAgreeWithWhatTheyFind() throws {
        let attributes: [AttributeProto] = [
            .ints("kernel_shape", [3, 3]), .ints("strides", [2, 2]), .ints("pads", [1, 1, 1, 1]),
        ]
        let image = ValueInfoProto.tensor("x", ["N", 2, 6, 7])
        let x = numbers(84)
        let values = try ModelProto([NodeProto("MaxPool", ["x"], ["y"], attributes)], inputs: [image]).imported()
            .answers(["x": x])
        let both = try ModelProto(
            [NodeProto("MaxPool", ["x"], ["y", "i"], attributes)], inputs: [image], outputs: ["y", "i"]
        ).imported().answers(["x": x])
        try expectEqual(values["y"], both["y"])
        try expectEqual(both["y"], both["i"].map { $0.map { x[Int($0)] } })
    }

    /// Attention with its projections in one matrix, and the same in ONNX's own operators.
    @Test(arguments: [0, 1]) func projectedAttentionIsAttention(_ isCausal: Int) throws {
        let inputs = [ValueInfoProto.tensor("x", ["N", 3, 4])]
        let initializers = [tensor("w", [4, 12]), tensor("b", [12], seed: 2)]
        let fused = try ModelProto(
            [
                NodeProto(
                    "Attention", ["x", "w", "b"], ["y"], domain: "com.microsoft",
                    [.int("num_heads", 2), .int("unidirectional", isCausal)])
            ], inputs: inputs, initializers: initializers
        ).using("com.microsoft", version: 1).imported()
        let plain = try ModelProto(
            [
                NodeProto("MatMul", ["x", "w"], ["product"]), NodeProto("Add", ["product", "b"], ["projected"]),
                NodeProto("Split", ["projected"], ["q", "k", "v"], [.int("axis", 2), .int("num_outputs", 3)]),
                NodeProto(
                    "Attention", ["q", "k", "v"], ["y"],
                    [.int("q_num_heads", 2), .int("kv_num_heads", 2), .int("is_causal", isCausal)]),
            ], inputs: inputs, initializers: initializers, version: 23, format: 11
        ).imported()
        let x = numbers(12, seed: 5)
        try expectEqual(fused.answers(["x": x])["y"], plain.answers(["x": x])["y"])
    }

    /// Turned by places that are given one by one, and by the place of the first token.
    @Test func rotationsMayStartAnywhere() throws {
        let tables = [tensor("c", [9, 2]), tensor("s", [9, 2], seed: 2)]
        func answer(_ places: TensorProto) throws -> [Double]? {
            let node = NodeProto("RotaryEmbedding", ["x", "p", "c", "s"], ["y"], domain: "com.microsoft")
            return try ModelProto([node], inputs: [.tensor("x", [1, 2, 3, 4])], initializers: tables + [places])
                .using("com.microsoft", version: 1).imported().answers(["x": numbers(24)])["y"]
        }
        try expectEqual(
            answer(TensorProto("p", [1], integers: [2])), answer(TensorProto("p", [1, 3], integers: [2, 3, 4])))
    }

    @Test func sumsAreNormalizedAtOnce() throws {
        let inputs: [ValueInfoProto] = [.tensor("x", ["N", 3, 4]), .tensor("z", ["N", 3, 4])]
        let initializers = [tensor("s", [4]), tensor("b", [4], seed: 2)]
        let fused = try ModelProto(
            [
                NodeProto(
                    "SkipLayerNormalization", ["x", "z", "s", "b"], ["y"], domain: "com.microsoft",
                    [.float("epsilon", 1e-5)])
            ], inputs: inputs, initializers: initializers
        ).using("com.microsoft", version: 1).imported()
        let plain = try ModelProto(
            [
                NodeProto("Add", ["x", "z"], ["sum"]), NodeProto("LayerNormalization", ["sum", "s", "b"], ["y"]),
            ], inputs: inputs, initializers: initializers
        ).imported()
        let given = ["x": numbers(12), "z": numbers(12, seed: 4)]
        try expectEqual(fused.answers(given)["y"], plain.answers(given)["y"])
    }

    /// Running means and variances are statistics, which training moves and no gradient does.
    @Test func runningStatisticsAreNotTrained() throws {
        let node = NodeProto("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"])
        let variance = TensorProto("v", [1], floats: [4])
        let model = try ModelProto(
            [node], inputs: [.tensor("x", ["N", 1, 2])],
            initializers: [tensor("s", [1]), tensor("b", [1], seed: 2), tensor("m", [1], seed: 3), variance]
        ).imported()
        let statistics = model.graph.parameters.filter { $0.role == .statistic }.map { model.graph[$0.value].name }
        #expect(statistics == ["m", "v"])
        #expect(model.weights["v"] == [4])
    }
}
