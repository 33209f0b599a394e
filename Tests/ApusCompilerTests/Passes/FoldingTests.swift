import ApusCompiler
import ApusGraph
import Testing

@Suite struct FoldingTests {
    private let normalized = """
        model m
        input x: f32[N, 2, 4, 4]
        parameter w: f32[3, 2, 1, 1] = glorot_uniform(fan_in: 2, fan_out: 3)
        parameter s: f32[3] = constant(2)
        parameter b: f32[3] = constant(1)
        statistic mean: f32[3] = constant(0.5)
        statistic variance: f32[3] = constant(4)
        c = conv2d(x, w, filters: 3, kernel: 1, bias: false)
        n = batch_norm(c, s, b, mean, variance)
        output y = relu(n)
        """

    @Test func batchNormMovesIntoTheConvolution() throws {
        try expect(
            FoldBatchNorms(), turns: normalized,
            into: """
                model m
                input x: f32[N, 2, 4, 4]
                parameter w: f32[3, 2, 1, 1] = glorot_uniform(fan_in: 2, fan_out: 3)
                parameter s: f32[3] = constant(2)
                parameter b: f32[3] = constant(1)
                statistic mean: f32[3] = constant(0.5)
                statistic variance: f32[3] = constant(4)
                constant c.zeros: f32[3] = [0, 0, 0]
                c.weight.folded, c.bias.folded = fold_batch_norm(w, c.zeros, s, b, mean, variance)
                n = conv2d(x, c.weight.folded, c.bias.folded, filters: 3, kernel: 1)
                output y = relu(n)
                """)
    }

    @Test func batchNormMovesIntoADenseLayer() throws {
        try expect(
            FoldBatchNorms(),
            turns: """
                model m
                input x: f32[N, 2]
                parameter w: f32[3, 2] = constant(0)
                parameter b: f32[3] = constant(0)
                parameter s: f32[3] = constant(0)
                statistic v: f32[3] = constant(0)
                d = dense(x, w, b, units: 3)
                output n = batch_norm(d, s, s, v, v, epsilon: 0.5)
                """,
            into: """
                model m
                input x: f32[N, 2]
                parameter w: f32[3, 2] = constant(0)
                parameter b: f32[3] = constant(0)
                parameter s: f32[3] = constant(0)
                statistic v: f32[3] = constant(0)
                d.weight.folded, d.bias.folded = fold_batch_norm(w, b, s, s, v, v, epsilon: 0.5)
                output n = dense(x, d.weight.folded, d.bias.folded, units: 3)
                """)
    }

    @Test func batchNormStaysWhereTheLayerIsReadElsewhere() throws {
        let source = """
            model m
            input x: f32[N, 2]
            parameter w: f32[3, 2] = constant(0)
            parameter s: f32[3] = constant(0)
            statistic v: f32[3] = constant(0)
            d = dense(x, w, units: 3, bias: false)
            n = batch_norm(d, s, s, v, v)
            output y = add(n, d)
            """
        try expect(FoldBatchNorms(), turns: source, into: source)
    }

    @Test func foldedWeightsAreComputedOnce() throws {
        var model = Model(graph: try Graph.parse(normalized))
        model.weights = ["w": [1, 2, 3, 4, 5, 6], "s": [2, 2, 2], "b": [1, 1, 1], "mean": [0.5, 0.5, 0.5]]
        model.weights["variance"] = [4, 4, 4]
        let result = try Pipeline.inference().run(model, verify: true)
        // scale / sqrt(variance + epsilon) is 1 within 1e-5.
        let weight = try #require(result.weights["c.weight.folded"])
        let bias = try #require(result.weights["c.bias.folded"])
        #expect(zip(weight, [1, 2, 3, 4, 5, 6]).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(bias.allSatisfy { abs($0 - 0.5) < 1e-4 })
        #expect(result.weights.count == 2)
        #expect(result.graph.nodes.map(\.operation.name) == ["fused_conv2d"])
    }

    @Test func untrainedParametersCountWithTheirInitialValues() throws {
        let model = Model(graph: try Graph.parse(normalized))
        let untrained = try Pipeline.inference().run(model, verify: true)
        #expect(try Pipeline.inference().run(model.initialized(seed: 0), verify: true) == untrained)
    }

    @Test func constantsAreFoldedWhileSmall() throws {
        try expect(
            FoldConstants(),
            turns: """
                model m
                input x: f32[N, 2]
                constant a: f32[2] = [1, -2]
                constant b: f32[] = [3]
                c = multiply(a, b)
                d = relu(c)
                output y = add(x, d)
                """,
            into: """
                model m
                input x: f32[N, 2]
                constant a: f32[2] = [1, -2]
                constant b: f32[] = [3]
                constant c: f32[2] = [3, -6]
                constant d: f32[2] = [3, 0]
                output y = add(x, d)
                """)
    }

    @Test func largeResultsBecomeParameters() throws {
        let source = """
            model m
            input x: f32[N, 9, 9]
            constant a: f32[9, 1] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
            constant b: f32[9] = [1, 2, 3, 4, 5, 6, 7, 8, 9]
            c = multiply(a, b)
            output y = add(x, c)
            """
        let result = try Pipeline.inference().run(Model(graph: try Graph.parse(source)), verify: true)
        #expect(result.graph.parameters.map { result.graph[$0.value].name } == ["c"])
        #expect(result.weights["c"]?.last == 81)
    }

    @Test func weightsMustFillTheirParameter() throws {
        var model = Model(graph: try Graph.parse(normalized))
        model.weights["w"] = [1]
        let error = #expect(throws: PassError.self) { try Pipeline.inference().run(model) }
        #expect(
            error?.description
                == "fold-constants: w: 1 weights do not fill f32[3, 2, 1, 1]; give 6 weights")
    }

    @Test func initialWeightsDependOnSeedAndNameAlone() throws {
        let glorot = Initializer.glorotUniform(fanIn: 100, fanOut: 50)
        let first = glorot.elements(count: 10_001, seed: 7, parameter: "w")
        #expect(first == glorot.elements(count: 10_001, seed: 7, parameter: "w"))
        #expect(Array(first.prefix(5)) == glorot.elements(count: 5, seed: 7, parameter: "w"))
        #expect(first != glorot.elements(count: 10_001, seed: 8, parameter: "w"))
        #expect(first != glorot.elements(count: 10_001, seed: 7, parameter: "v"))
        #expect(first.allSatisfy { abs($0) < 0.2 })
        // Uniform within ±0.2: the variance is 0.04 / 3.
        #expect(abs(first.reduce(0) { $0 + $1 * $1 } / 10_001 - 0.04 / 3) < 0.0005)
        let normal = Initializer.heNormal(fanIn: 50).elements(count: 10_001, seed: 7, parameter: "w")
        #expect(abs(normal.reduce(0, +) / 10_001) < 0.01)
        #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / 10_001 - 0.04) < 0.002)
        // Many are drawn by several threads.
        let many = Initializer.heNormal(fanIn: 50).elements(count: 200_003, seed: 7, parameter: "w")
        #expect(Array(many.prefix(10_001)) == normal)
        #expect(
            many.suffix(70_000)
                == Initializer.heNormal(fanIn: 50).elements(count: 200_003, seed: 7, parameter: "w").suffix(70_000))
        #expect(Initializer.constant(1).elements(count: 2, seed: 0, parameter: "w") == [1, 1])
    }
}
