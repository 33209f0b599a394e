import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Random networks between quantize_linear and dequantize_linear: their plans give the bits of the definition on every target.
@Suite struct QuantizedNetworkTests {
    @Test("every target gives the same bits", arguments: 0..<24 as Range<UInt64>)
    func bitsAreTheDefinitions(seed: UInt64) throws {
        let network = QuantizedNetwork(seed: seed)
        let model = Model(graph: try Graph.parse(network.source))
        let graph = try Pipeline.inference().run(model, verify: true).graph
        #expect(graph.nodes.count { $0.operation is QuantizedConvolution2D } == network.layers, "seed \(seed)")
        let batch = Int(seed % 4) + 1
        try expectBits(of: model, graph, images: network.numbers(batch), batch: batch, "seed \(seed)") { plan in
            #expect(plan.body.contains { [.quantizedConvolution, .quantizedWinograd].contains($0.opcode) })
        }
    }

    /// The codes of one layer are those of its formula in double precision, or their neighbours where a value lies between two.
    @Test(arguments: 100..<116 as Range<UInt64>)
    func codesAreNearTheFormula(seed: UInt64) throws {
        let network = QuantizedNetwork(seed: seed, layers: 1)
        let model = Model(graph: try Graph.parse(network.source))
        let input = Tensor(
            shape: model.graph[model.graph.inputs[0]].type.shape(batch: 1),
            elements: network.numbers(1).map(Double.init))
        let formula = ReferenceInterpreter(model.graph).run(["image": input], batch: 1)[model.graph.outputs[0].index]
        let plan = try Compiler.inferencePlan(model, target: Processor.targets[0])
        let found = try PlanRun.outputs(of: plan, images: ["image": network.numbers(1)], batch: 1)
        for (value, right) in zip(try #require(found.outputs["y"]), formula.elements) {
            #expect(abs(Double(value) - right) <= network.step * 1.001, "seed \(seed)")
        }
    }
}

/// A chain of convolutions with pools and a dense layer at its end, all quantized.
private struct QuantizedNetwork {
    private(set) var source: String
    let layers: Int
    /// What a step of the result's codes stands for; of f32 as good as nothing.
    private(set) var step = 0.0
    private let seed: UInt64
    private let image: [Int]

    init(seed: UInt64, layers: Int? = nil) {
        var random = TestRandom(seed: seed)
        self.seed = seed
        var shape = [random.pick([1, 1, 2, 3, 4, 16, 19]), random.integer(6...13), random.integer(6...13)]
        image = shape
        var text = "model random\ninput image: f32[N, \(shape[0]), \(shape[1]), \(shape[2])]\n"
        var constants = ""
        var nodes = ""
        func quantize(_ value: String, _ scale: Double, _ zero: Int) -> String {
            constants += "constant \(value).s: f32[] = [\(scale)]\nconstant \(value).z: u8[] = [\(zero)]\n"
            nodes += "\(value).q = quantize_linear(\(value), \(value).s, \(value).z)\n"
            nodes += "\(value).d = dequantize_linear(\(value).q, \(value).s, \(value).z)\n"
            return "\(value).d"
        }
        func weights(_ name: String, _ shape: [Int], _ random: inout TestRandom) {
            let codes = (0..<shape.reduce(1, *)).map { _ in random.integer(-127...127) }
            let scales = (0..<shape[0]).map { _ in Double(random.integer(1...64)) / 8192 }
            constants +=
                "constant \(name).w: i8\(shape) = \(codes)\nconstant \(name).ws: f32[\(shape[0])] = \(scales)\n"
            nodes += "\(name).weight = dequantize_linear(\(name).w, \(name).ws, axis: 0)\n"
        }
        var value = quantize("image", 1.0 / 128, random.integer(0...255))
        let count = layers ?? random.integer(1...3)
        for number in 0..<count {
            let name = "c\(number)"
            let kernel = [random.integer(1...min(5, shape[1])), random.integer(1...min(5, shape[2]))]
            let groups = shape[0].isMultiple(of: 2) && random.chance(3) ? 2 : 1
            let filters = groups * random.integer(1...20)
            let stride = random.chance(4) ? 2 : 1
            weights(name, [filters, shape[0] / groups] + kernel, &random)
            nodes += """
                \(name).conv = conv2d(\(value), \(name).weight, filters: \(filters), kernel: \(kernel), stride: \(stride), \
                padding: same, groups: \(groups), bias: false)

                """
            shape = [filters, (shape[1] + stride - 1) / stride, (shape[2] + stride - 1) / stride]
            let isRectified = random.chance(2)
            nodes +=
                isRectified ? "\(name) = relu(\(name).conv)\n" : "\(name) = clip(\(name).conv, min: -5.5, max: 6)\n"
            step = 1.0 / 16
            value = quantize(name, step, isRectified ? random.integer(0...20) : random.integer(90...160))
            if layers == nil, stride == 1, shape[1] > 1, shape[2] > 1, random.chance(2) {
                nodes += "\(name).pool = max_pool2d(\(value), window: 2)\n"
                value = "\(name).pool"
                shape = [filters, shape[1] / 2, shape[2] / 2]
            }
        }
        if layers == nil {
            weights("dense", [7, shape.reduce(1, *)], &random)
            nodes += "flat = flatten(\(value))\noutput y = dense(flat, dense.weight, units: 7, bias: false)\n"
        } else {
            nodes += "output y = identity(\(value))\n"
        }
        self.layers = count + (layers == nil ? 1 : 0)
        text += constants + nodes
        source = text
    }

    func numbers(_ batch: Int) -> [Float] {
        var random = TestRandom(seed: seed &+ 77)
        return random.numbers(batch * image.reduce(1, *), 1.5)
    }
}
