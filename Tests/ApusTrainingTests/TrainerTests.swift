import ApusCompiler
import ApusData
import ApusGraph
import ApusTraining
import Testing

@Suite struct TrainerTests {
    static func error(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func learns() throws {
        var options = TrainingFixture.options()
        options.epochs = 12
        options.learningRate = 1e-2
        options.noise = 0
        let outcome = try TrainingFixture.run(TrainingFixture.trainer(options))
        #expect(outcome.records.count == 12)
        #expect(outcome.records[0].trainLoss > 1.5)
        #expect(outcome.records[11].trainLoss < 0.9)
        #expect(try #require(outcome.records[11].validationScore) > 0.6)
    }

    @Test func stopsAtTheTarget() throws {
        var options = TrainingFixture.options()
        options.targetScore = 0.05
        let outcome = try TrainingFixture.run(TrainingFixture.trainer(options))
        #expect(outcome.end == .targetReached && outcome.records.count == 1)
    }

    @Test func stopsWithoutImprovement() throws {
        var options = TrainingFixture.options()
        options.epochs = 30
        options.learningRate = 0
        options.schedule = .constant
        options.averageDecay = nil
        options.patience = 2
        // The accuracy stays what it is, and equal counts as an improvement; a rate of zero improves nothing else.
        let outcome = try TrainingFixture.run(TrainingFixture.trainer(options))
        #expect(outcome.end == .allEpochs && outcome.records.count == 30)
        options.learningRate = 0.5
        options.epochs = 60
        let wild = try TrainingFixture.run(TrainingFixture.trainer(options))
        #expect(wild.end == .noImprovement && wild.records.count < 60)
    }

    @Test func sayWhatIsNotFinite() throws {
        var options = TrainingFixture.options()
        options.optimizer = .momentum(0)
        options.learningRate = 1e30
        let text = Self.error { _ = try TrainingFixture.run(TrainingFixture.trainer(options)) }
        #expect(text.contains("is not finite after step"))
        #expect(text.contains("use a smaller learning rate"))
    }

    /// Each with a rate of its own kind: steps of Adam have the length of the rate, those of momentum that of the gradient.
    @Test(arguments: [
        (LoweringOptions.Optimizer.adam(), 0.01), (.adam(decay: 0.01), 0.01), (.momentum(0.9), 0.1),
        (.momentum(0.9, nesterov: true), 0.1),
    ])
    func everyOptimizerLearns(optimizer: LoweringOptions.Optimizer, rate: Double) throws {
        var options = TrainingFixture.options()
        options.optimizer = optimizer
        options.learningRate = rate
        options.epochs = 6
        let records = try TrainingFixture.run(TrainingFixture.trainer(options)).records
        #expect(records[5].trainLoss < 0.8 * records[0].trainLoss)
    }

    @Test func evaluatesWithinEpochs() throws {
        var options = TrainingFixture.options()
        options.evaluationSteps = 2
        options.epochs = 1
        var trainer = try TrainingFixture.trainer(options)
        var steps: [Int] = []
        _ = try trainer.run { event in
            if case .evaluated(_, let step, _) = event { steps.append(step) }
        }
        #expect(steps == [2, 4, 6])
    }

    @Test func batchNormAndDropoutTrain() throws {
        let source = """
            model normed
            input image: f32[N, 1, 28, 28]
            conv = conv2d(image, filters: 8, kernel: [5, 5], stride: [2, 2])
            norm = batch_norm(conv)
            active = relu(norm)
            pool = max_pool2d(active, window: [2, 2])
            kept = dropout(flatten(pool), rate: 0.2)
            logits = dense(kept, units: 10)
            output probabilities = softmax(logits)
            """
        var options = TrainingFixture.options()
        options.epochs = 10
        options.learningRate = 0.01
        let outcome = try TrainingFixture.run(TrainingFixture.trainer(options, source: source))
        #expect(outcome.records[9].trainLoss < 0.7)
        let mean = try #require(outcome.best?.weights["norm.mean"])
        #expect(mean.contains { $0 != 0 })
    }

    @Test func aSpecOfAnotherSizeIsRefused() throws {
        let source = TrainingFixture.source.replacing("28, 28]", with: "32, 32]")
        let text = Self.error { _ = try TrainingFixture.trainer(TrainingFixture.options(), source: source) }
        #expect(
            text == "'image' takes [1, 32, 32] and the data set has [1, 28, 28]; "
                + "set the spec's sizes to those of the data")
    }

    @Test func tooFewClassesAreRefused() throws {
        let source = TrainingFixture.source.replacing("units: 10", with: "units: 7")
        let text = Self.error {
            _ = try TrainingFixture.run(TrainingFixture.trainer(TrainingFixture.options(), source: source))
        }
        #expect(text == "the data set has 10 classes and the model answers 7; set the spec's number of classes")
    }

    @Test func aTwelfthIsHeldOut() throws {
        #expect(TrainingData.heldOutByDefault(of: 60_000) == 5_000)
        var options = TrainingFixture.options()
        options.heldOut = nil
        let data = try TrainingFixture.data(options)
        #expect(data.validation?.count == 21 && data.training.count == 239)
        options.selection = .last
        #expect(try TrainingFixture.data(options).validation == nil)
    }

    @Test func holdingOutEverythingIsRefused() throws {
        var options = TrainingFixture.options()
        options.heldOut = 260
        let text = Self.error { _ = try TrainingFixture.data(options) }
        #expect(text == "260 samples can't be held out of 260; hold out fewer, or select on the last model")
    }
}
