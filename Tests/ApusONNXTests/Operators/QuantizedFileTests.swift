import ApusCompiler
import ApusGraph
import ApusONNX
import ONNXSchema
import ONNXTestSupport
import TestSupport
import Testing

/// Files whose operators work on codes come in as layers of the numbers that these stand for, and are computed with integers.
@Suite struct QuantizedFileTests {
    /// A convolution, a pool and a product of matrices between codes.
    private struct File {
        /// Whether a scale and a zero point are stored in the file, or given while the model runs.
        var areKnown = true
        var hasScaleForEachOutput = true
        var weightType = ElementType.i8
        var product = "QGemm"

        private var scales: [(name: String, value: Tensor)] {
            let middle = weightType == .u8 ? 128 : 0
            let (filters, units) = hasScaleForEachOutput ? (4, 5) : (1, 1)
            func one(_ name: String, _ scale: Double, _ zero: Int) -> [(String, Tensor)] {
                [
                    ("\(name)s", Tensor(shape: [], elements: [scale])),
                    ("\(name)z", Tensor(.u8, shape: [], integers: [zero])),
                ]
            }
            func many(_ name: String, _ count: Int) -> [(String, Tensor)] {
                let shape = count == 1 ? [] : [count]
                let steps: [Double] = (0..<count).map { Double(Float(0.01) * Float($0 + 1)) }
                let zeros = Array(repeating: middle, count: count)
                return [
                    ("\(name)s", Tensor(shape: shape, elements: steps)),
                    ("\(name)z", Tensor(weightType, shape: shape, integers: zeros)),
                ]
            }
            return one("x", 0.0078125, 128) + one("h", 0.021, 0) + one("y", 0.37, 113) + many("w", filters)
                + many("v", units)
        }

        var model: ModelProto {
            var random = SplitMix64(seed: 12)
            func codes(_ name: String, _ shape: [Int], _ range: ClosedRange<Int>, _ type: ElementType) -> TensorProto {
                let middle = type == .u8 ? 128 : 0
                let numbers = (0..<shape.reduce(1, *)).map { _ in Int.random(in: range, using: &random) + middle }
                return TensorProto(name, Tensor(type, shape: shape, integers: numbers))
            }
            let isGemm = product == "QGemm"
            var initializers = [
                codes("w", [4, 3, 3, 3], -127...127, weightType), codes("b", [4], -2000...2000, .i32),
                codes("v", isGemm ? [5, 64] : [64, 5], -127...127, weightType), codes("c", [5], -2000...2000, .i32),
            ]
            var inputs: [ValueInfoProto] = [.tensor("x", ["N", 3, 8, 8])]
            for (name, value) in scales {
                if areKnown {
                    initializers.append(TensorProto(name, value))
                } else {
                    inputs.append(.tensor(name, value.shape.isEmpty ? [] : [.number(value.count)], value.elementType))
                }
            }
            let rows = ["f", "hs", "hz", "v", "vs", "vz"] + (isGemm ? ["c"] : []) + ["ys", "yz"]
            let nodes = [
                NodeProto("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
                NodeProto(
                    "QLinearConv", ["q", "xs", "xz", "w", "ws", "wz", "hs", "hz", "b"], ["h"],
                    [.ints("kernel_shape", [3, 3]), .ints("pads", [1, 1, 1, 1])]),
                NodeProto("MaxPool", ["h"], ["p"], [.ints("kernel_shape", [2, 2]), .ints("strides", [2, 2])]),
                NodeProto("Flatten", ["p"], ["f"]),
                NodeProto(
                    product, rows, ["z"], domain: isGemm ? "com.microsoft" : "", isGemm ? [.int("transB", 1)] : []),
                NodeProto("DequantizeLinear", ["z", "ys", "yz"], ["y"]),
            ]
            return ModelProto(nodes, inputs: inputs, initializers: initializers).using("com.microsoft", version: 1)
        }

        func answers(_ x: [Double], batch: Int) throws -> [Double] {
            let model = try model.imported()
            var inputs = ["x": x]
            for (name, value) in scales where !areKnown { inputs[name] = value.elements }
            return try #require(model.answers(inputs, batch: batch)["y"])
        }
    }

    private static let numbers: [Double] = {
        var random = SplitMix64(seed: 5)
        return (0..<2 * 192).map { _ in Double.random(in: -1...1, using: &random) }
    }()

    @Test(arguments: ["QGemm", "QLinearMatMul"], [ElementType.i8, .u8])
    func layersAreComputedWithIntegers(product: String, weightType: ElementType) throws {
        for hasScaleForEachOutput in [true, false] {
            let file = File(
                hasScaleForEachOutput: hasScaleForEachOutput, weightType: weightType, product: product)
            let ready = try Pipeline.inference().run(try file.model.imported(), verify: true).graph
            let layers = ready.nodes.compactMap { $0.operation as? QuantizedConvolution2D }
            #expect(layers.count == 2 && layers[0].pool == [2, 2], "\(ready.text)")
            // Nothing between the input's codes and the answer's is f32.
            #expect(
                ready.nodes.allSatisfy { node in
                    node.operation is Quantize || node.operation is Dequantize
                        || ready[node.results[0]].type.elementType == .u8
                }, "\(ready.text)")
        }
    }

    /// What is given while the model runs goes by the definition, step by step, in integers.
    @Test(arguments: ["QGemm", "QLinearMatMul"], [ElementType.i8, .u8])
    func answersAreWithinAStepOfTheDefinition(product: String, weightType: ElementType) throws {
        for hasScaleForEachOutput in [true, false] {
            var file = File(
                hasScaleForEachOutput: hasScaleForEachOutput, weightType: weightType, product: product)
            let found = try file.answers(Self.numbers, batch: 2)
            file.areKnown = false
            let expected = try file.answers(Self.numbers, batch: 2)
            #expect(found.count == 10 && Set(found).count > 3)
            for (one, other) in zip(found, expected) { #expect(abs(one - other) < 0.371, "\(found), \(expected)") }
        }
    }

    /// A zero point within a weight makes sums that the compiler's integers have no form for.
    @Test func otherWeightsGoByTheDefinition() throws {
        var file = File().model
        for index in file.graph.initializer.indices where file.graph.initializer[index].name == "wz" {
            file.graph.initializer[index] = TensorProto("wz", Tensor(.i8, shape: [4], integers: [0, 1, 0, 0]))
        }
        let graph = try file.imported().graph
        let convolution = try #require(graph.nodes.first { $0.operation is Convolution2D })
        #expect(!graph.nodes.contains { $0.operation is DequantizeLinear && $0.results[0] == convolution.operands[0] })
    }

    /// Sums, products and functions of codes have numbers right behind the codes too.
    @Test func otherOperatorsStandBetweenCodesAndNumbers() throws {
        let scales = [
            TensorProto("s", Tensor(shape: [], elements: [0.5])),
            TensorProto("z", Tensor(.u8, shape: [], integers: [3])),
        ]
        let nodes = [
            NodeProto("QuantizeLinear", ["x", "s", "z"], ["q"]),
            NodeProto("QLinearAdd", ["q", "s", "z", "q", "s", "z", "s", "z"], ["a"], domain: "com.microsoft"),
            NodeProto("QLinearSigmoid", ["a", "s", "z", "s", "z"], ["b"], domain: "com.microsoft"),
            NodeProto("DequantizeLinear", ["b", "s", "z"], ["y"]),
        ]
        let file = ModelProto(nodes, initializers: scales).using("com.microsoft", version: 1)
        let graph = try file.imported().graph
        #expect(
            Set(graph.nodes.map(\.operation.name)) == ["quantize_linear", "dequantize_linear", "add", "sigmoid"],
            "\(graph.text)")
    }
}
