import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import ApusTraining
import Testing

/// Training with fixed parameters, with gradients of a limited norm, and with several batches a step.
@Suite struct FineTuningTests {
    static let normed = """
        model normed
        input image: f32[N, 1, 28, 28]
        conv = conv2d(image, filters: 6, kernel: [3, 3], stride: [2, 2], padding: 1, bias: false)
        active = relu(batch_norm(conv))
        pool = max_pool2d(active, window: [2, 2])
        logits = dense(dropout(flatten(pool), rate: 0.1), units: 10)
        output probabilities = softmax(logits)
        """

    static func trainer(
        _ options: TrainingOptions, fixing patterns: [String] = [], source: String = TrainingFixture.source,
        checkpoint: Checkpoint? = nil
    ) throws -> Trainer {
        let model = try Pipeline([ExplicitParameters(), FixParameters(patterns)]).run(
            Model(graph: Graph.parse(source)))
        return try Trainer(
            model, data: TrainingFixture.data(options), options: options, target: Processor.targets[0],
            checkpoint: checkpoint)
    }

    /// The weights that a run begins with.
    static func initial(_ options: TrainingOptions, source: String) throws -> [String: [Float]] {
        let model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(source)))
        return model.initialized(seed: options.seed).weights
    }

    /// With all that changes a parameter without a gradient: decay, and an average.
    @Test func fixedParametersKeepTheirBits() throws {
        var options = TrainingFixture.options()
        options.optimizer = .adam(decay: 0.1)
        options.averageDecay = 0.9
        options.learningRate = 0.01
        let before = try Self.initial(options, source: Self.normed)
        let patterns = ["conv*", "active.batch_norm.mean", "active.batch_norm.variance", "active.batch_norm.scale"]
        let outcome = try TrainingFixture.run(Self.trainer(options, fixing: patterns, source: Self.normed))
        let (best, state) = (try #require(outcome.best), try #require(outcome.checkpoint?.state))
        for (name, weights) in before {
            let isFixed = name.hasPrefix("conv") || name.contains("batch_norm.") && !name.hasSuffix("bias")
            #expect((best.weights[name] == weights) == isFixed, "\(name)")
            for kind in ["firstMoment", "secondMoment", "average"] where isFixed {
                #expect(state["\(kind)/\(name)"] == nil)
            }
        }
        #expect(best.graph.parameters.count { $0.isFixed } == 4)
        #expect(state["fixed/conv.weight"] == before["conv.weight"])
        #expect(outcome.records[2].trainLoss < outcome.records[0].trainLoss)
    }

    @Test func whereNothingIsTrainedNothingBegins() throws {
        let text = TrainerTests.error { _ = try Self.trainer(TrainingFixture.options(), fixing: ["*"]) }
        #expect(text == "no parameter of the model is trained; let it have some that are not fixed")
    }

    /// All of it at once.
    static func options() -> TrainingOptions {
        var options = TrainingFixture.options()
        options.optimizer = .adam(decay: 0.01)
        options.averageDecay = 0.9
        options.maximumNorm = 0.5
        options.accumulation = 3
        options.epochs = 2
        return options
    }

    @Test func onAnyNumberOfThreads() throws {
        var states: [[String: [UInt32]]] = []
        for threads in 1...3 {
            var options = Self.options()
            options.threads = threads
            let outcome = try TrainingFixture.run(Self.trainer(options, fixing: ["conv*"], source: Self.normed))
            states.append(ReproducibilityTests.bits(outcome.checkpoint))
        }
        #expect(states[0].keys.contains("gradientSum/logits.weight"))
        #expect(states[0] == states[1] && states[0] == states[2])
    }

    /// Between two steps, and in the midst of one.
    @Test(arguments: [1, 3, 5, 8])
    func afterAnInterruption(batch: Int) throws {
        let options = Self.options()
        let whole = try TrainingFixture.run(Self.trainer(options, fixing: ["conv*"], source: Self.normed))
        let first = try TrainingFixture.run(
            Self.trainer(options, fixing: ["conv*"], source: Self.normed), stepLimit: batch)
        #expect(first.end == .interrupted)
        let read = try Checkpoint(decoding: try #require(first.checkpoint).encoded(), file: "checkpoint")
        let second = try TrainingFixture.run(
            Self.trainer(options, fixing: ["conv*"], source: Self.normed, checkpoint: read))
        #expect(ReproducibilityTests.bits(whole.checkpoint) == ReproducibilityTests.bits(second.checkpoint))
        // What is fixed is part of the recipe.
        #expect(
            TrainerTests.error { _ = try Self.trainer(options, source: Self.normed, checkpoint: read) }
                .hasPrefix("the checkpoint was made with another recipe"))
    }

    /// Batches of a step are as good as one large batch, noise and dropout included: the last step of the epoch has fewer, and a
    /// smaller one.
    @Test func severalBatchesAreOneLargeOne() throws {
        let source = Self.normed.replacing("batch_norm(conv)", with: "conv")
        var options = TrainingFixture.options()
        options.epochs = 2
        options.optimizer = .momentum(0.5)
        options.learningRate = 0.05
        options.batch = 72
        let large = try TrainingFixture.run(Self.trainer(options, source: source))
        options.batch = 24
        options.accumulation = 3
        let small = try TrainingFixture.run(Self.trainer(options, source: source))
        for (one, other) in zip(large.records, small.records) { #expect(abs(one.trainLoss - other.trainLoss) < 1e-4) }
        for (name, weights) in try #require(large.best?.weights) {
            let others = try #require(small.best?.weights[name])
            #expect(zip(weights, others).allSatisfy { abs($0 - $1) < 1e-4 }, "\(name)")
        }
        #expect(large.checkpoint?.state.keys.contains("gradientSum/logits.weight") == false)
    }

    /// One step without momentum: the parameters move by the clipped gradient.
    @Test func aStepIsAsLongAsTheNorm() throws {
        var options = TrainingFixture.options()
        options.batch = 260
        options.epochs = 1
        options.optimizer = .momentum(0)
        options.schedule = .constant
        options.learningRate = 1
        let before = try Self.initial(options, source: TrainingFixture.source)
        func step(_ norm: Double?) throws -> [Double] {
            options.maximumNorm = norm
            let after = try #require(TrainingFixture.run(Self.trainer(options)).checkpoint).state
            return before.sorted { $0.key < $1.key }.flatMap { name, weights in
                zip(weights, after["parameter/\(name)"] ?? []).map { Double($0) - Double($1) }
            }
        }
        func length(_ step: [Double]) -> Double { step.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        let whole = try step(nil)
        let clipped = try step(0.125)
        #expect(length(whole) > 0.2 && abs(length(clipped) - 0.125) < 1e-4)
        let scale = 0.125 / length(whole)
        #expect(zip(whole, clipped).allSatisfy { abs($0 * scale - $1) < 1e-5 })
        #expect(try step(1e6) == whole)
    }
}
