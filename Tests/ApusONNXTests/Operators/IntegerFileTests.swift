import ApusGraph
import ONNXSchema
import ONNXTestSupport
import TestSupport
import Testing

/// Products of integers, whose zero points may be computed while the model runs, are convolutions of bytes with exact sums.
@Suite struct IntegerFileTests {
    /// A random call of MatMulInteger or ConvInteger, and its result by plain loops.
    private struct Call {
        var node: NodeProto
        var x: (type: ElementType, shape: [Int], codes: [Int])
        var weight: Tensor
        /// Of the codes, and of each filter's weights or of all.
        var zero: Int?
        var isZeroGiven = false
        var weightZeros: Tensor?
        var expected: [Int] = []

        var model: ModelProto {
            var dimensions = x.shape.dropFirst().map { ValueInfoProto.Extent.number($0) }
            dimensions.insert("N", at: 0)
            var inputs: [ValueInfoProto] = [.tensor("x", dimensions, x.type)]
            var initializers = [TensorProto("w", weight)]
            if isZeroGiven {
                inputs.append(.tensor("xz", [], x.type))
            } else if let zero {
                initializers.append(TensorProto("xz", Tensor(x.type, shape: [], integers: [zero])))
            }
            if let weightZeros { initializers.append(TensorProto("wz", weightZeros)) }
            var node = node
            node.input = ["x", "w", zero == nil ? "" : "xz"] + (weightZeros == nil ? [] : ["wz"])
            node.output = ["y"]
            return ModelProto([node], inputs: inputs, initializers: initializers)
        }

        var inputs: [String: [Double]] {
            var inputs = ["x": x.codes.map(Double.init)]
            if isZeroGiven, let zero { inputs["xz"] = [Double(zero)] }
            return inputs
        }

        /// - Parameter filters: how many zero points the weight may have.
        init(_ random: inout SplitMix64, x shape: [Int], weight: [Int], filters: Int, node: NodeProto) {
            self.node = node
            func type() -> ElementType { Bool.random(using: &random) ? .u8 : .i8 }
            func range(_ type: ElementType) -> ClosedRange<Int> { type == .u8 ? 0...255 : -128...127 }
            func codes(_ type: ElementType, _ count: Int) -> [Int] {
                (0..<count).map { _ in Int.random(in: range(type), using: &random) }
            }
            let (own, other) = (type(), type())
            x = (own, shape, codes(own, shape.reduce(1, *)))
            self.weight = Tensor(other, shape: weight, integers: codes(other, weight.reduce(1, *)))
            if Int.random(in: 0..<4, using: &random) > 0 {
                zero = codes(own, 1)[0]
                isZeroGiven = Bool.random(using: &random)
            }
            switch Int.random(in: 0..<3, using: &random) {
            case 0: weightZeros = Tensor(other, shape: [], integers: codes(other, 1))
            case 1: weightZeros = Tensor(other, shape: [filters], integers: codes(other, filters))
            default: break
            }
        }

        func weightZero(_ filter: Int) -> Int {
            guard let zeros = weightZeros?.integers else { return 0 }
            return zeros.count == 1 ? zeros[0] : zeros[filter]
        }

        static func product(seed: UInt64) -> Call {
            var random = SplitMix64(seed: seed)
            let (depth, units) = (Int.random(in: 1...40, using: &random), Int.random(in: 1...20, using: &random))
            let rows = (0..<Int.random(in: 0...2, using: &random)).map { _ in Int.random(in: 1...4, using: &random) }
            var call = Call(
                &random, x: [2] + rows + [depth], weight: [depth, units], filters: units,
                node: NodeProto("MatMulInteger", [], []))
            let weights = call.weight.integers
            for row in 0..<2 * rows.reduce(1, *) {
                for unit in 0..<units {
                    var sum = 0
                    for k in 0..<depth {
                        sum +=
                            (call.x.codes[row * depth + k] - (call.zero ?? 0))
                            * (weights[k * units + unit] - call.weightZero(unit))
                    }
                    call.expected.append(sum)
                }
            }
            return call
        }

        static func convolution(seed: UInt64) -> Call {
            var random = SplitMix64(seed: seed)
            func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
            let kernel = [number(1...3), number(1...3)]
            let stride = [number(1...2), number(1...2)]
            let dilation = [number(1...2), number(1...2)]
            let pads = [number(0...2), number(0...2), number(0...2), number(0...2)]
            let (channels, filters) = (number(1...9), number(1...9))
            let size = [number(5...8), number(5...8)]
            var call = Call(
                &random, x: [2, channels] + size, weight: [filters, channels] + kernel, filters: filters,
                node: NodeProto(
                    "ConvInteger", [], [],
                    [
                        .ints("kernel_shape", kernel), .ints("strides", stride), .ints("dilations", dilation),
                        .ints("pads", pads),
                    ]))
            let extents = (0..<2).map { axis in
                let room = size[axis] + pads[axis] + pads[axis + 2] - dilation[axis] * (kernel[axis] - 1) - 1
                return room / stride[axis] + 1
            }
            for output in 0..<2 * filters * extents[0] * extents[1] {
                let (y, x) = (output / extents[1] % extents[0], output % extents[1])
                let (n, filter) = (
                    output / (filters * extents[0] * extents[1]), output / (extents[0] * extents[1]) % filters
                )
                call.expected.append(
                    call.sum(n, filter, (y * stride[0] - pads[0], x * stride[1] - pads[1]), dilation))
            }
            return call
        }

        private func sum(_ n: Int, _ filter: Int, _ origin: (Int, Int), _ dilation: [Int]) -> Int {
            let weights = weight.integers
            let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
            let kernel = weight.shape.suffix(2).map { $0 }
            var sum = 0
            for channel in 0..<channels {
                for i in 0..<kernel[0] {
                    for j in 0..<kernel[1] {
                        let (row, column) = (origin.0 + i * dilation[0], origin.1 + j * dilation[1])
                        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                        let code = x.codes[((n * channels + channel) * height + row) * width + column]
                        let place = ((filter * channels + channel) * kernel[0] + i) * kernel[1] + j
                        sum += (code - (zero ?? 0)) * (weights[place] - weightZero(filter))
                    }
                }
            }
            return sum
        }
    }

    private static func calls(_ make: (UInt64) -> Call) -> [(seed: UInt64, call: Call)] {
        (0..<60).map { ($0, make($0)) }
    }

    /// What ONNX Runtime makes of a dynamic layer: two operators of its own.
    @Test(arguments: [ElementType.i8, .u8])
    func fusedDynamicLayersAreThoseThatTheyWereMadeOf(type: ElementType) throws {
        let middle = type == .u8 ? 131 : 0
        let weights = (0..<24).map { $0 * 31 % 255 - 127 }
        let initializers = [
            TensorProto("w", Tensor(type, shape: [4, 6], integers: weights.map { type == .u8 ? $0 + 127 : $0 })),
            TensorProto("wz", Tensor(type, shape: [], integers: [middle])),
            TensorProto("ws", Tensor(shape: [6], elements: (1...6).map { Double($0) / 64 })),
            TensorProto("b", Tensor(shape: [6], elements: (1...6).map { Double($0) / 4 })),
        ]
        let quantize = NodeProto("DynamicQuantizeLinear", ["x"], ["q", "s", "z"])
        let whole = [
            quantize, NodeProto("MatMulInteger", ["q", "w", "z", "wz"], ["sums"]),
            NodeProto("Cast", ["sums"], ["numbers"], [.int("to", 1)]),
            NodeProto("Mul", ["s", "ws"], ["scale"]), NodeProto("Mul", ["numbers", "scale"], ["p"]),
            NodeProto("Add", ["p", "b"], ["y"]),
        ]
        let fused = [
            [NodeProto("DynamicQuantizeMatMul", ["x", "w", "ws", "wz", "b"], ["y"], domain: "com.microsoft")],
            [
                quantize,
                NodeProto(
                    "MatMulIntegerToFloat", ["q", "w", "s", "ws", "z", "wz", "b"], ["y"], domain: "com.microsoft"),
            ],
        ]
        let x = (0..<8).map { Double($0 * 5 % 8) / 4 - 0.8 }
        func answers(_ nodes: [NodeProto]) throws -> [Double] {
            let model = try ModelProto(nodes, inputs: [.tensor("x", ["N", 4])], initializers: initializers)
                .using("com.microsoft", version: 1).imported()
            #expect(model.graph.nodes.contains { $0.operation is IntegerConvolution2D }, "\(model.graph.text)")
            return try #require(model.answers(["x": x], batch: 2)["y"])
        }
        let right = try answers(whole)
        #expect(Set(right).count > 6)
        for nodes in fused { #expect(try answers(nodes) == right) }
    }

    @Test func productsAreExact() throws { try check(Self.calls(Call.product)) }

    @Test func convolutionsAreExact() throws { try check(Self.calls(Call.convolution)) }

    private func check(_ calls: [(seed: UInt64, call: Call)]) throws {
        for (seed, call) in calls {
            let model = try call.model.imported()
            let answers = try #require(model.answers(call.inputs, batch: 2)["y"])
            #expect(answers == call.expected.map(Double.init), "seed \(seed): \(model.graph.text)")
            // What is of the codes is in integers.
            #expect(
                model.graph.nodes.allSatisfy { !($0.operation is MatMul || $0.operation is Convolution2D) }
                    && model.graph.nodes.contains { $0.operation is IntegerConvolution2D },
                "seed \(seed): \(model.graph.text)")
        }
    }

    /// As ONNX Runtime's `quantize_dynamic` writes a layer: all of it is an input's codes, integer sums, and numbers of these.
    @Test func dynamicLayersAreComputedWithIntegers() throws {
        let weights = (0..<12).map { $0 * 17 % 255 - 127 }
        let nodes = [
            NodeProto("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
            NodeProto("MatMulInteger", ["q", "w", "z", "wz"], ["sums"]),
            NodeProto("Cast", ["sums"], ["numbers"], [.int("to", 1)]),
            NodeProto("Mul", ["s", "ws"], ["scale"]), NodeProto("Mul", ["numbers", "scale"], ["y"]),
        ]
        let initializers = [
            TensorProto("w", Tensor(.i8, shape: [4, 3], integers: weights)),
            TensorProto("wz", Tensor(.i8, shape: [], integers: [0])),
            TensorProto("ws", Tensor(shape: [], elements: [0.5])),
        ]
        let model = try ModelProto(nodes, inputs: [.tensor("x", ["N", 4])], initializers: initializers).imported()
        let x = [-1.5, 0, 0.75, 2.5]
        // The range is −1.5 to 2.5: a step is 4/255, and zero the byte round(95.625).
        let step = Double(Float(4) / 255)
        let codes = x.map { Int(($0 / step).rounded(.toNearestOrEven)) + 96 }
        let expected = (0..<3).map { unit in
            (0..<4).reduce(0) { $0 + (codes[$1] - 96) * weights[$1 * 3 + unit] }
        }
        let answers = try #require(model.answers(["x": x])["y"])
        for (answer, sum) in zip(answers, expected) { #expect(abs(answer - Double(sum) * step * 0.5) < 1e-4) }
        #expect(model.graph.nodes.contains { $0.operation is IntegerConvolution2D }, "\(model.graph.text)")
    }
}
