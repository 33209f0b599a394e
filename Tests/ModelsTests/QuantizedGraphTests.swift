import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Graphs of codes that branch and join: sums, pools, functions, joined and moved values. Their plans have the bits of the definition on
/// every target, and nothing but their ends is computed in f32.
@Suite struct QuantizedGraphTests {
    @Test("every target gives the same bits", arguments: 0..<24 as Range<UInt64>)
    func bitsAreTheDefinitions(seed: UInt64) throws {
        let network = CodeGraph(seed: seed)
        let model = Model(graph: try Graph.parse(network.source))
        let graph = try Pipeline.inference().run(model, verify: true).graph
        let floats = graph.nodes.filter { node in
            graph[node.results[0]].type.elementType == .f32 && node.results != graph.outputs
        }
        #expect(floats.isEmpty, "seed \(seed): \(graph.text)")
        let batch = Int(seed % 3) + 1
        try expectBits(of: model, graph, images: network.numbers(batch), batch: batch, "seed \(seed)")
    }

    /// A row whose blocks are whole lies in blocks as it lies plain.
    @Test(arguments: [(32, 0), (30, 1)])
    func rowsOfWholeBlocksAreMadeInTheOutput(filters: Int, copies: Int) throws {
        var random = TestRandom(seed: 3)
        let model = Model(
            graph: try Graph.parse(
                """
                model row
                input image: f32[N, 8, 1, 1]
                constant k: i8[\(filters), 8, 1, 1] = \((0..<8 * filters).map { _ in random.integer(-127...127) })
                constant b: i32[\(filters)] = \((0..<filters).map { 31 * $0 - 500 })
                constant s: f32[\(filters)] = \((0..<filters).map { Double($0 + 1) / 4096 })
                q = quantize(image, scale: 0.0625, zero: 3)
                r = quantized_conv2d(q, k, b, s, x_zero: 3, filters: \(filters), kernel: [1, 1], to: f32)
                output y = squeeze(r, axes: [2, 3])
                """))
        let graph = try Pipeline.inference().run(model, verify: true).graph
        let numbers = random.numbers(3 * 8, 5)
        try expectBits(of: model, graph, images: numbers, batch: 3, "\(filters) filters") { plan in
            #expect(plan.body.count { $0.opcode == .relayout } == copies, "\(plan.target)")
        }
    }

    /// One operator between codes: its formula in double precision, or a neighbour where a value lies between two codes.
    @Test(arguments: CodeGraph.operators)
    func codesAreNearTheFormula(operation: String) throws {
        for zeros in [(3, 128), (128, 0), (0, 255)] {
            let source = """
                model one
                input image: f32[N, 16, 7, 6]
                constant s: f32[] = [0.0625]
                constant t: f32[] = [0.03]
                constant z: u8[] = [\(zeros.0)]
                constant w: u8[] = [\(zeros.1)]
                a.q = quantize_linear(image, s, z)
                a = dequantize_linear(a.q, s, z)
                b0 = max_pool2d(a, window: 3, stride: 1, padding: 1)
                b.q = quantize_linear(b0, t, w)
                b = dequantize_linear(b.q, t, w)
                r = \(operation)
                r.q = quantize_linear(r, s, w)
                output y = dequantize_linear(r.q, s, w)
                """
            let model = Model(graph: try Graph.parse(source))
            let graph = try Pipeline.inference().run(model, verify: true).graph
            #expect(
                graph.nodes.allSatisfy { graph[$0.results[0]].type.elementType == .u8 || $0.results == graph.outputs },
                "\(operation) is computed in f32:\n\(graph.text)")
            var random = TestRandom(seed: 5)
            let numbers = random.numbers(16 * 7 * 6, 3)
            let input = Tensor(shape: [1, 16, 7, 6], elements: numbers.map(Double.init))
            let formula = ReferenceInterpreter(model.graph).run(["image": input], batch: 1)[
                model.graph.outputs[0].index]
            for target in Processor.targets {
                let plan = try Compiler.inferencePlan(model, target: target)
                let found = try #require(
                    try PlanRun.outputs(of: plan, images: ["image": numbers], batch: 1).outputs["y"])
                for (value, right) in zip(found, formula.elements) {
                    #expect(abs(Double(value) - right) <= 0.0625 * 1.001, "\(operation), \(target.rawValue), \(zeros)")
                }
            }
        }
    }

    /// What surrounds bytes is what their reader takes for zero, whoever else reads them.
    @Test func eachReaderHasItsOwnBorder() throws {
        let layer = "filters: 16, kernel: [3, 3], padding: 1, to: f32"
        let source = """
            model borders
            input image: f32[N, 16, 6, 5]
            constant k: i8[16, 16, 3, 3] = \((0..<2304).map { $0 * 7 % 255 - 127 })
            constant b: i32[16] = \((0..<16).map { $0 * 100 })
            constant s: f32[16] = \((0..<16).map { Double($0 + 1) / 4096 })
            q = quantize(image, scale: 0.0625, zero: 3)
            first = quantized_conv2d(q, k, b, s, x_zero: 3, \(layer))
            second = quantized_conv2d(q, k, b, s, x_zero: 200, \(layer))
            output y = add(first, second)
            """
        let graph = try Graph.parse(source)
        var random = TestRandom(seed: 3)
        let numbers = random.numbers(16 * 30, 6)
        let input = Tensor(shape: [1, 16, 6, 5], elements: numbers.map(Double.init))
        let right = ReferenceInterpreter(graph).run(["image": input], batch: 1)[graph.outputs[0].index]
        for target in Processor.targets {
            let plan = try Compiler.inferencePlan(Model(graph: graph), target: target)
            let found = try PlanRun.outputs(of: plan, images: ["image": numbers], batch: 1)
            #expect(found.outputs["y"] == right.elements.map { Float($0) }, "\(target.rawValue)")
        }
    }

    /// A layer whose result is added to codes rounds once.
    @Test func aSumIsPartOfTheLayerBeforeIt() throws {
        let source = """
            model residual
            input image: f32[N, 16, 6, 6]
            constant s: f32[] = [0.0625]
            constant k: i8[16, 16, 3, 3] = \((0..<2304).map { $0 * 7 % 255 - 127 })
            constant ks: f32[] = [0.002]
            q = quantize_linear(image, s)
            x = dequantize_linear(q, s)
            weight = dequantize_linear(k, ks)
            c = conv2d(x, weight, filters: 16, kernel: 3, padding: 1, bias: false)
            sum = add(x, c)
            act = relu(sum)
            act.q = quantize_linear(act, s)
            output y = dequantize_linear(act.q, s)
            """
        let model = Model(graph: try Graph.parse(source))
        let graph = try Pipeline.inference().run(model, verify: true).graph
        let text = graph.text
        #expect(text.contains("addend: true"), "\(text)")
        #expect(!text.contains("quantized_add"), "\(text)")
        let plan = try Compiler.inferencePlan(model, target: Processor.targets[0])
        #expect(!plan.body.contains { $0.opcode == .quantizedAdd })
    }
}

/// A random graph of codes.
private struct CodeGraph {
    /// Operators on the values `a` and `b`, for tests of each by itself.
    static let operators = [
        "add(a, b)", "global_average_pool(a)", "reduce_mean(b, axes: [2, 3], keep: true)",
        "average_pool2d(a, window: 3, stride: 2, padding: 1)",
        "average_pool2d(b, window: [2, 3], stride: 1, count_padding: true)", "max_pool2d(a, window: 2)",
        "max_pool2d(b, window: 3, stride: 2, padding: 1)", "hard_swish(a)", "sigmoid(b)", "leaky_relu(a, slope: 0.1)",
        "relu(b)", "clip(a, min: -0.5, max: 1)", "concat(a, a, axis: 1)", "transpose(a, permutation: [0, 2, 3, 1])",
        "slice(a, starts: [1], ends: [5], axes: [2])", "pad(a, before: [0, 0, 1, 0], after: [0, 0, 0, 2])",
        "reshape(a, shape: [8, 14, 6])", "flip(a, axes: [3])", "identity(b)",
    ]

    private(set) var source: String
    private let seed: UInt64
    private let image: [Int]
    private var constants = ""
    private var nodes = ""
    private var count = 0

    init(seed: UInt64) {
        var random = TestRandom(seed: seed)
        self.seed = seed
        let shape = [random.pick([16, 32, 5, 1]), random.integer(5...9), random.integer(5...9)]
        image = shape
        source = ""
        var values = [(name: quantize("image", 1.0 / 64, random.integer(0...255)), shape: shape)]
        for _ in 0..<random.integer(3...7) {
            values.append(next(values, &random))
        }
        nodes += "output y = identity(\(values[values.count - 1].name))\n"
        source =
            "model random\ninput image: f32[N, \(shape[0]), \(shape[1]), \(shape[2])]\n" + constants + nodes
    }

    /// Adds codes for a value; gives what they stand for.
    private mutating func quantize(_ value: String, _ scale: Double, _ zero: Int) -> String {
        constants += "constant \(value).s: f32[] = [\(scale)]\nconstant \(value).z: u8[] = [\(zero)]\n"
        nodes += "\(value).q = quantize_linear(\(value), \(value).s, \(value).z)\n"
        nodes += "\(value).d = dequantize_linear(\(value).q, \(value).s, \(value).z)\n"
        return "\(value).d"
    }

    /// Adds an operator on values that there are.
    private mutating func next(
        _ values: [(name: String, shape: [Int])], _ random: inout TestRandom
    ) -> (name: String, shape: [Int]) {
        count += 1
        let name = "v\(count)"
        let (x, shape) = values[values.count - 1 - (random.chance(3) ? random.integer(0...values.count - 1) : 0)]
        let others = values.filter { $0.shape == shape && $0.name != x }
        let zero = random.integer(90...160)
        switch random.integer(0...6) {
        case 0, 1:
            let filters = random.pick([16, 32, 7, shape[0]])
            let codes = (0..<filters * shape[0] * 9).map { _ in random.integer(-127...127) }
            constants += "constant \(name).w: i8[\(filters), \(shape[0]), 3, 3] = \(codes)\n"
            constants += "constant \(name).ws: f32[] = [0.0009765625]\n"
            nodes += "\(name).k = dequantize_linear(\(name).w, \(name).ws)\n"
            nodes += "\(name).c = conv2d(\(x), \(name).k, filters: \(filters), kernel: 3, padding: 1, bias: false)\n"
            let result = [filters] + shape.dropFirst()
            if let other = values.first(where: { $0.shape == result }), random.chance(2) {
                nodes += "\(name) = add(\(name).c, \(other.name))\n"
            } else {
                nodes += "\(name) = \(random.pick(["relu", "identity"]))(\(name).c)\n"
            }
            return (quantize(name, 1.0 / 32, zero), result)
        case 2 where !others.isEmpty:
            nodes += "\(name).a = add(\(x), \(others[random.integer(0...others.count - 1)].name))\n"
            nodes += "\(name) = relu(\(name).a)\n"
            return (quantize(name, 0.04, random.integer(0...20)), shape)
        case 3 where min(shape[1], shape[2]) > 2:
            nodes += "\(name) = max_pool2d(\(x), window: 3, stride: \(random.integer(1...2)), padding: same)\n"
            let size = nodes.hasSuffix("stride: 2, padding: same)\n") ? shape.dropFirst().map { ($0 + 1) / 2 } : nil
            return (name, [shape[0]] + (size ?? Array(shape.dropFirst())))
        case 4 where min(shape[1], shape[2]) > 2:
            nodes += "\(name) = average_pool2d(\(x), window: 2, stride: 1)\n"
            return (quantize(name, 0.03, zero), [shape[0], shape[1] - 1, shape[2] - 1])
        case 5:
            nodes += "\(name) = \(random.pick(["hard_swish", "sigmoid", "tanh"]))(\(x))\n"
            return (quantize(name, 0.02, zero), shape)
        default:
            // Both with the codes of one grid.
            nodes += "\(name).m = max_pool2d(\(x), window: 3, stride: 1, padding: 1)\n"
            nodes += "\(name) = concat(\(x), \(name).m, axis: 1)\n"
            return (name, [2 * shape[0]] + shape.dropFirst())
        }
    }

    func numbers(_ batch: Int) -> [Float] {
        var random = TestRandom(seed: seed &+ 77)
        return random.numbers(batch * image.reduce(1, *), 1.5)
    }
}
