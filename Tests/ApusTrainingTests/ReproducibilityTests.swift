import ApusData
import ApusRuntime
import ApusTraining
import Testing

/// The same recipe ends in the same bits.
@Suite struct ReproducibilityTests {
    static func bits(_ checkpoint: Checkpoint?) -> [String: [UInt32]] {
        (checkpoint?.state ?? [:]).mapValues { $0.map(\.bitPattern) }
    }

    @Test func onAnyNumberOfThreads() throws {
        var states: [[String: [UInt32]]] = []
        for threads in 1...3 {
            var options = TrainingFixture.options()
            options.threads = threads
            options.averageDecay = 0.9
            states.append(Self.bits(try TrainingFixture.run(TrainingFixture.trainer(options)).checkpoint))
        }
        #expect(states[0].count == 4 * 4 + 1)
        #expect(states[0] == states[1])
        #expect(states[0] == states[2])
    }

    /// Batch norm couples the samples of a batch: its statistics and gradients are summed over all shards in a fixed order.
    @Test func batchNormOnAnyNumberOfThreads() throws {
        let source = """
            model normed
            input image: f32[N, 1, 28, 28]
            conv = conv2d(image, filters: 6, kernel: [3, 3], stride: [2, 2], padding: 1, bias: false)
            active = relu(batch_norm(conv))
            pool = max_pool2d(active, window: [2, 2])
            hidden = relu(batch_norm(dense(flatten(pool), units: 20)))
            logits = dense(dropout(hidden, rate: 0.1), units: 10)
            output probabilities = softmax(logits)
            """
        var states: [[String: [UInt32]]] = []
        for threads in 1...4 {
            var options = TrainingFixture.options()
            options.threads = threads
            options.epochs = 2
            states.append(
                Self.bits(try TrainingFixture.run(TrainingFixture.trainer(options, source: source)).checkpoint))
        }
        let statistics = states[0].filter { $0.key.contains("mean") || $0.key.contains("variance") }
        #expect(statistics.count == 4 && states[0].count > 4 + 3 * 7)
        for (threads, state) in states.enumerated() { #expect(state == states[0], "\(threads + 1) threads") }
    }

    @Test(arguments: [1, 5, 7, 13])
    func afterAnInterruption(step: Int) throws {
        let options = TrainingFixture.options()
        let whole = try TrainingFixture.run(TrainingFixture.trainer(options))
        let first = try TrainingFixture.run(TrainingFixture.trainer(options), stepLimit: step)
        #expect(first.end == .interrupted)
        let stored = try #require(first.checkpoint).encoded()
        let read = try Checkpoint(decoding: stored, file: "checkpoint")
        #expect(read == first.checkpoint)
        let second = try TrainingFixture.run(TrainingFixture.trainer(options, checkpoint: read))
        #expect(Self.bits(whole.checkpoint) == Self.bits(second.checkpoint))
        #expect(whole.records.last?.trainLoss == second.records.last?.trainLoss)
        // The best model is that of the whole run, whichever part found it.
        let best = try #require(second.best ?? first.best)
        #expect(whole.best?.weights == best.weights)
    }

    @Test func anotherSeedGivesOtherBits() throws {
        var options = TrainingFixture.options()
        let one = try TrainingFixture.run(TrainingFixture.trainer(options))
        options.seed = 2
        let two = try TrainingFixture.run(TrainingFixture.trainer(options))
        #expect(Self.bits(one.checkpoint) != Self.bits(two.checkpoint))
    }

    /// The clock may ask for evaluations at any step: what comes out is the same.
    @Test func theClockChangesNothing() throws {
        var options = TrainingFixture.options()
        let plain = try TrainingFixture.run(TrainingFixture.trainer(options))
        options.evaluationSeconds = 1e-9
        let asked = try TrainingFixture.run(TrainingFixture.trainer(options))
        #expect(asked.evaluations > 0 && plain.evaluations == 0)
        #expect(Self.bits(plain.checkpoint) == Self.bits(asked.checkpoint))
        #expect(plain.best == asked.best)
        #expect(plain.improvements == asked.improvements)
    }

    /// Other pixels with the same labels are other data.
    @Test func otherPixelsAreRefused() throws {
        let options = TrainingFixture.options()
        let checkpoint = try #require(
            try TrainingFixture.run(TrainingFixture.trainer(options), stepLimit: 1).checkpoint)
        let digits = try TrainingFixture.digits.get()
        guard case .bytes(var pixels) = digits.inputs[0].elements else { return }
        pixels[777] ^= 1
        let changed = try Dataset(
            channels: 1, height: 28, width: 28, images: pixels, labels: digits.labels, classNames: digits.classNames,
            preparation: digits.preparation)
        let data = try TrainingData(training: changed, test: nil, options: options)
        #expect(throws: TrainingError.self) {
            _ = try Trainer(
                TrainingFixture.model(), data: data, options: options, target: Processor.targets[0],
                checkpoint: checkpoint)
        }
    }

    @Test func aCheckpointOfAnotherRecipeIsRefused() throws {
        var options = TrainingFixture.options()
        let checkpoint = try #require(
            try TrainingFixture.run(TrainingFixture.trainer(options), stepLimit: 1).checkpoint)
        options.learningRate = 0.1
        let error = #expect(throws: TrainingError.self) {
            _ = try TrainingFixture.trainer(options, checkpoint: checkpoint)
        }
        let text = try #require(error).description
        #expect(
            text.hasPrefix(
                "the checkpoint was made with another recipe, model or data set; resume with the options of then."))
        #expect(text.contains("learning rate 0.003") && text.contains("learning rate 0.1"))
    }
}
