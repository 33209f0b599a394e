import ApusData
import ApusGraph
import ApusPlan
import ApusRuntime
import ApusTraining

/// A network and data so small that an epoch takes milliseconds.
enum TrainingFixture {
    static let source = """
        model tiny
        input image: f32[N, 1, 28, 28]
        conv = conv2d(image, filters: 6, kernel: [3, 3], stride: [2, 2], padding: 1)
        active = relu(conv)
        pool = max_pool2d(active, window: [2, 2])
        logits = dense(flatten(pool), units: 10)
        output probabilities = softmax(logits)
        """

    static func model() throws -> Model { Model(graph: try Graph.parse(source)) }

    static let digits = Result { try Dataset.digits(count: 260, seed: 7) }

    static func options() -> TrainingOptions {
        var options = TrainingOptions()
        options.batch = 32
        options.epochs = 3
        options.heldOut = 60
        options.augmentation.shift = 1
        options.augmentation.rotation = 5
        return options
    }

    static func data(_ options: TrainingOptions) throws -> TrainingData {
        let digits = try digits.get()
        return try TrainingData(training: digits, test: digits.subset(0..<50), options: options)
    }

    static func trainer(
        _ options: TrainingOptions, checkpoint: Checkpoint? = nil, source: String = source
    ) throws -> Trainer {
        try Trainer(
            Model(graph: Graph.parse(source)), data: data(options), options: options,
            target: Processor.targets[0], checkpoint: checkpoint)
    }

    /// What a run ends with.
    struct Outcome {
        var end: TrainingEnd
        var records: [EpochRecord] = []
        var checkpoint: Checkpoint?
        var best: Model?
        /// Evaluations within epochs.
        var evaluations = 0
        /// The epochs that were better than those before.
        var improvements: [Int] = []
    }

    /// Runs a trainer; stops it after so many steps, where a number is given.
    static func run(_ trainer: consuming Trainer, stepLimit: Int = .max) throws -> Outcome {
        var outcome = Outcome(end: .allEpochs)
        var steps = 0
        outcome.end = try trainer.run(shouldStop: { steps >= stepLimit }) { event in
            switch event {
            case .step: steps += 1
            case .epoch(let record): outcome.records.append(record)
            case .checkpoint(let checkpoint): outcome.checkpoint = checkpoint
            case .improved(let model, let epoch, _):
                outcome.best = model
                outcome.improvements.append(epoch)
            case .evaluated: outcome.evaluations += 1
            default: break
            }
        }
        return outcome
    }
}
