import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Random networks of dense layers whose weights alone are codes, with scales for all of a layer, for each output, or for blocks.
@Suite struct BlockDenseNetworkTests {
    @Test("answers are those of the numbers that codes stand for", arguments: 0..<24 as Range<UInt64>)
    func answersAreNearTheFormula(seed: UInt64) throws {
        let network = CodedNetwork(seed: seed)
        let model = Model(graph: try Graph.parse(network.source))
        let graph = try Pipeline.inference().run(model, verify: true).graph
        #expect(graph.nodes.count { $0.operation is BlockDense } == network.layers, "seed \(seed): \(graph)")
        let batch = Int(seed % 5) * 2 + 1
        let numbers = network.numbers(batch)
        let input = Tensor(
            shape: model.graph[model.graph.inputs[0]].type.shape(batch: batch), elements: numbers.map(Double.init))
        let formula = ReferenceInterpreter(model.graph).run(["x": input], batch: batch)[model.graph.outputs[0].index]
            .elements
        let largest = formula.map(abs).max() ?? 1
        for target in Processor.targets {
            let plan = try Compiler.inferencePlan(model, target: target, batchBound: batch)
            try plan.verify()
            try plan.verifyBuffers()
            var first: [Float]?
            for threads in [1, 2] {
                let found = try #require(
                    try PlanRun.outputs(of: plan, images: ["x": numbers], batch: batch, threads: threads).outputs["y"])
                for (value, right) in zip(found, formula) {
                    #expect(abs(Double(value) - right) <= 3e-5 * max(largest, 1), "seed \(seed), \(target.rawValue)")
                }
                #expect(first == nil || first == found, "seed \(seed), \(target.rawValue), \(threads) threads")
                first = found
            }
            // Each sample by itself, by a plan for one.
            let single = try Compiler.inferencePlan(model, target: target, batchBound: 1)
            for sample in 0..<batch {
                let size = numbers.count / batch
                let own = Array(numbers[sample * size..<(sample + 1) * size])
                let found = try #require(
                    try PlanRun.outputs(of: single, images: ["x": own], batch: 1).outputs["y"])
                let outputs = found.count
                #expect(
                    Array(first?[sample * outputs..<(sample + 1) * outputs] ?? []) == found,
                    "seed \(seed), \(target.rawValue), sample \(sample) of \(batch)")
            }
        }
    }

    /// Large layers are computed by the instruction that reads codes, with half the bytes where all codes have four bits.
    @Test(arguments: [7, 127]) func largeLayersReadCodes(limit: Int) throws {
        let codes = (0..<64 * 256).map { $0 * 7919 % (2 * limit + 1) - limit }
        let model = Model(
            graph: try Graph.parse(
                """
                model large
                input x: f32[N, 256]
                constant w: i8[64, 256] = \(codes)
                constant s: f32[64, 8] = \((0..<512).map { 0.001 * Double($0 % 9 + 1) })
                weight = dequantize_linear(w, s, block: 32)
                y = dense(x, weight, units: 64, bias: false)
                output r = relu(y)
                """))
        for target in Processor.targets {
            let plan = try Compiler.inferencePlan(model, target: target)
            #expect(plan.body.contains { $0.opcode == .blockDense }, "\(target.rawValue)")
            #expect(!plan.body.contains { $0.opcode == .dense }, "\(target.rawValue)")
            let bytes = 64 * 256 * (limit == 7 ? 4 : 8) / 8 + 64 * 8 * 4
            #expect(plan.constants.byteCount == bytes, "\(target.rawValue): \(plan.constants.byteCount) bytes")
        }
    }
}

/// A chain of dense layers, the last of few outputs; some on rows within a sample.
private struct CodedNetwork {
    private(set) var source: String
    private(set) var layers = 0
    private let seed: UInt64
    private let shape: [Int]

    init(seed: UInt64) {
        var random = TestRandom(seed: seed)
        self.seed = seed
        let rows = random.pick([1, 1, 1, 3, 20])
        var inputs = random.integer(1...150)
        shape = rows == 1 ? [inputs] : [rows, inputs]
        var (constants, nodes, value) = ("", "", "x")
        for number in 0..<random.integer(1...3) {
            let name = "d\(number)"
            let units = random.pick([1, 7, 16, 33, 48, 100])
            let limit = random.chance(2) ? 7 : 127
            let codes = (0..<units * inputs).map { _ in random.integer(-limit...limit) }
            constants += "constant \(name).w: i8[\(units), \(inputs)] = \(codes)\n"
            let block = random.pick([0, 1, 32, 64])
            let blocks = block > 1 ? (inputs + block - 1) / block : 1
            let scales = (0..<(block == 0 ? 1 : units * blocks)).map { _ in Double(random.integer(1...64)) / 8192 }
            let type = block == 0 ? "f32[]" : block == 1 ? "f32[\(units)]" : "f32[\(units), \(blocks)]"
            constants += "constant \(name).s: \(type) = \(scales)\n"
            let form = block == 0 ? "" : block == 1 ? ", axis: 0" : ", block: \(block)"
            nodes += "\(name).weight = dequantize_linear(\(name).w, \(name).s\(form))\n"
            let hasBias = random.chance(2)
            if hasBias {
                constants += "constant \(name).b: f32[\(units)] = \((0..<units).map { Double($0) / 64 - 0.5 })\n"
            }
            let bias = hasBias ? "\(name).b, units: \(units))" : "units: \(units), bias: false)"
            nodes += "\(name) = \(rows == 1 ? "dense" : "linear")(\(value), \(name).weight, \(bias)\n"
            value = name
            if random.chance(2) {
                nodes += "\(name).r = \(random.chance(2) ? "relu(\(name))" : "clip(\(name), min: -1, max: 3)")\n"
                value = "\(name).r"
            }
            inputs = units
            layers += 1
        }
        source = """
            model random
            input x: f32[N, \(shape.map { "\($0)" }.joined(separator: ", "))]
            \(constants)\(nodes)output y = identity(\(value))
            """
    }

    func numbers(_ batch: Int) -> [Float] {
        var random = TestRandom(seed: seed &+ 77)
        return random.numbers(batch * shape.reduce(1, *), 1.5)
    }
}
