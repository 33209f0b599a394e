import ApusData
import ApusGraph
import ApusRuntime
import ApusTraining
import Testing

/// A trainer that is told to stop, or makes checkpoints while it works.
@Suite struct InterruptionTests {
    /// Few samples for training, and more than a batch for each evaluation.
    static let data = Result {
        let digits = try Dataset.digits(count: 700, seed: 3)
        return TrainingData(
            training: digits.subset(0..<80), validation: digits.subset(80..<400), test: digits.subset(400..<700))
    }

    static func options() -> TrainingOptions {
        var options = TrainingFixture.options()
        options.epochs = 2
        options.evaluationSteps = 1
        return options
    }

    static func trainer(_ options: TrainingOptions, _ checkpoint: Checkpoint? = nil) throws -> Trainer {
        try Trainer(
            TrainingFixture.model(), data: data.get(), options: options, target: Processor.targets[0],
            checkpoint: checkpoint)
    }

    /// Whenever it is asked: behind a step, and between the batches of an evaluation, within an epoch and at its end.
    @Test func endsInTheSameBitsWhereverItIsStopped() throws {
        let whole = try TrainingFixture.run(Self.trainer(Self.options()))
        var stops = 0
        while true {
            var trainer = try Self.trainer(Self.options())
            var (asked, last) = (0, trainer.checkpoint())
            var (lastModel, epochs) = (whole.best, 0)
            func note(_ event: TrainingEvent) {
                if case .checkpoint(let checkpoint) = event { last = checkpoint }
                if case .improved(let model, _, _) = event { lastModel = model }
                if case .epoch = event { epochs += 1 }
            }
            let end = try trainer.run(
                shouldStop: {
                    asked += 1
                    return asked > stops
                }, observe: note)
            guard end == .interrupted else { break }
            let done = last.epochs
            #expect(epochs == done)
            var second = try Self.trainer(Self.options(), last)
            let secondEnd = try second.run(observe: note)
            #expect(secondEnd == .allEpochs)
            #expect(last == whole.checkpoint && lastModel == whole.best, "stopped at question \(stops + 1)")
            #expect(epochs == 2)
            stops += 1
        }
        // In each epoch three steps; a second batch of the validation set twice within it and once at its end, of the test set once.
        #expect(stops == 2 * (3 + 2 + 1 + 1))
    }

    @Test func checkpointsChangeNothing() throws {
        var options = TrainingFixture.options()
        options.accumulation = 2
        let plain = try TrainingFixture.run(TrainingFixture.trainer(options))
        options.checkpointSteps = 1
        var places: [Int] = []
        var trainer = try TrainingFixture.trainer(options)
        var last = trainer.checkpoint()
        _ = try trainer.run { event in
            guard case .checkpoint(let checkpoint) = event else { return }
            last = checkpoint
            places.append(checkpoint.progress.step)
        }
        // Seven batches of an epoch are four steps.
        #expect(places == [2, 4, 6, 0, 2, 4, 6, 0, 2, 4, 6, 0])
        #expect(last == plain.checkpoint)
        options.checkpointSteps = 0
        options.checkpointSeconds = 1e-9
        var count = 0
        trainer = try TrainingFixture.trainer(options)
        _ = try trainer.run { event in
            if case .checkpoint(let checkpoint) = event { (count, last) = (count + 1, checkpoint) }
        }
        #expect(count == 3 * 8 && last == plain.checkpoint)
    }

    /// A run that goes on says of a model the same as one that was never stopped, also where no epoch ended yet.
    @Test func theMeasureIsKnownBeforeTheFirstEpochEnds() throws {
        let source = """
            model line
            input rows: f32[N, 10]
            output y = dense(rows, units: 1)
            """
        let rows = try Dataset.friedman(count: 60, seed: 1)
        var options = TrainingOptions()
        options.loss = .meanSquaredError
        options.noise = 0
        options.selection = .last
        let data = TrainingData(training: rows, validation: nil, test: nil)
        let line = try Trainer(
            Model(graph: Graph.parse(source)), data: data, options: options, target: Processor.targets[0]
        ).measure
        #expect(line == .rSquared)
        let digits = try TrainingFixture.trainer(TrainingFixture.options()).measure
        #expect(digits == .accuracy)
    }
}
