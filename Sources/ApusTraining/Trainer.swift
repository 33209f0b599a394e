import ApusCompiler
import ApusData
public import ApusGraph
import ApusInstructions
public import ApusPlan
package import ApusRuntime
import Glibc

/// Trains a model: one plan is a whole step, run for each batch of each epoch.
///
/// The parameters after any step are a pure function of model, data and recipe: they don't depend on the number of threads
/// nor on interruptions.
public struct Trainer: ~Copyable {
    private let model: Model
    private let data: TrainingData
    private let options: TrainingOptions
    private var session: Session
    private var evaluator: Evaluator
    private var buffer: BatchBuffer
    private var progress: Progress
    private let recipe: String
    private let lossSlice: StateSlice
    private let statusSlice: StateSlice
    /// Whether the buffer holds the batch of the step that comes.
    private var isBatchReady = false

    /// - Parameters:
    ///   - model: the spec, with weights where training goes on from a model that exists; others are initialized.
    ///   - checkpoint: the state to go on from.
    public init(
        _ model: Model, data: TrainingData, options: TrainingOptions, target: Target, checkpoint: Checkpoint? = nil
    ) throws(TrainingError) {
        var lowering = LoweringOptions(target: target, batchBound: options.batch, weights: .state)
        lowering.shards = options.shards
        lowering.optimizer = options.optimizer
        lowering.averageDecay = options.averageDecay
        lowering.convolutions = options.convolutions
        let plan: Plan
        let explicit: Model
        do throws(PassError) {
            explicit = try Pipeline([ExplicitParameters()]).run(model).initialized(seed: options.seed)
        } catch {
            throw .compile(error.description)
        }
        do throws(CompileError) {
            plan = try Compiler.trainingPlan(
                explicit, .init(loss: options.loss, inputNoise: options.noise), lowering: lowering)
        } catch {
            throw .compile(error.description)
        }
        guard plan.inputs.count == 2 else {
            throw .mismatch(
                "a model that is trained has one input; '\(explicit.graph.name)' has "
                    + plan.inputs.dropLast().map(\.name).joined(separator: ", "))
        }
        guard plan.inputs[1].elementType == .i32 else {
            throw .mismatch(
                "the loss '\(options.loss.rawValue)' compares with numbers, and the data set has labels; choose "
                    + "\(Loss.logitCrossEntropy.rawValue) or \(Loss.crossEntropy.rawValue)")
        }
        guard let lossSlice = plan.slices.first(where: { $0.kind == .result }),
            let statusSlice = plan.slices.first(where: { $0.kind == .status })
        else { throw .compile("the training plan reports no loss; choose an optimizer and a loss") }
        let augmenter: Augmenter
        let plain: Augmenter
        do throws(DataError) {
            augmenter = try Augmenter(
                options.augmentation, channels: data.training.channels, height: data.training.height,
                width: data.training.width)
            plain = try Augmenter(
                channels: data.training.channels, height: data.training.height, width: data.training.width)
        } catch {
            throw .data(error.description)
        }
        let recipe = Self.recipe(options, explicit, data)
        var session = try Session.make(plan, threads: options.threads, placement: options.placement)
        let evaluator = try Evaluator(
            explicit, augmenter: plain, weights: .state, target: target, threads: options.threads,
            placement: options.placement)
        try evaluator.check(data.training)
        let progress = try Self.start(
            &session, explicit, checkpoint, recipe: recipe, learningRate: options.learningRate)
        self.model = explicit
        self.recipe = recipe
        self.progress = progress
        self.data = data
        self.options = options
        self.lossSlice = lossSlice
        self.statusSlice = statusSlice
        self.session = session
        self.evaluator = evaluator
        buffer = BatchBuffer(capacity: options.batch, augmenter: augmenter, imageSize: data.training.imageSize)
    }

    /// Fills the state, from the checkpoint or with the model's weights, and says how far the run is.
    private static func start(
        _ session: inout Session, _ model: Model, _ checkpoint: Checkpoint?, recipe: String, learningRate: Double
    ) throws(TrainingError) -> Progress {
        if let checkpoint, checkpoint.recipe != recipe {
            throw .checkpoint(
                "the checkpoint was made with another recipe, model or data set; resume with the flags of then.\n"
                    + "  then: \(checkpoint.recipe)\n  now:  \(recipe)")
        }
        for slice in session.plan.slices {
            let elements: [Float]?
            if let checkpoint {
                elements = checkpoint.state[Checkpoint.key(slice)]
            } else {
                switch slice.kind {
                case .parameter, .average, .statistic: elements = model.weights[slice.name]
                default: elements = nil
                }
            }
            guard let elements else { continue }
            do throws(SessionError) { try session.write(elements, to: slice) } catch {
                throw .checkpoint("the state doesn't fit the model: \(error.description)")
            }
        }
        return checkpoint?.progress ?? Progress(learningRate: LearningRate(base: learningRate))
    }

    /// What the bits of the result depend on.
    private static func recipe(_ options: TrainingOptions, _ model: Model, _ data: TrainingData) -> String {
        "\(options.recipe); model \(model.graph.name), digest \(digest(model.graph.text.utf8)); "
            + "\(data.training.count) images, digest \(digest(data.training.labels))"
    }

    /// Tells recipes apart, nothing more.
    private static func digest(_ bytes: some Sequence<UInt8>) -> String {
        String(ModelFile.checksum(bytes), radix: 16)
    }

    /// Records where the time of the steps goes; see `Session`.
    package mutating func startRecording(eventRoom: Int) { session.startRecording(eventRoom: eventRoom) }

    /// What was recorded, with the plan of a step; nil where nothing was to be.
    package func recording() -> (plan: Plan, recording: Recording)? {
        session.recording().map { (session.plan, $0) }
    }

    /// Steps of an epoch. The last batch may be smaller.
    private var stepsPerEpoch: Int { (data.training.count + options.batch - 1) / options.batch }

    /// Trains until one of the options says stop.
    ///
    /// - Parameters:
    ///   - shouldStop: is asked after each step; the trainer then makes a checkpoint and returns.
    ///   - observe: is told what happens, on the caller's thread.
    public mutating func run(
        shouldStop: () -> Bool = { false }, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) -> TrainingEnd {
        while progress.epoch < options.epochs {
            if let end = progress.end { return end }
            try runEpoch(shouldStop: shouldStop, observe: observe)
            if progress.step > 0 { return .interrupted }
        }
        return progress.end ?? .allEpochs
    }

    private mutating func runEpoch(
        shouldStop: () -> Bool, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) {
        let epoch = progress.epoch
        let order = Shuffle.permutation(count: data.training.count, seed: options.seed, epoch: epoch)
        let began = now()
        var lastEvaluation = began
        let secondsBefore = progress.seconds
        while progress.step < stepsPerEpoch {
            let count = batch(progress.step, of: order).count
            let loss = try runStep(order, epoch: epoch)
            progress.step += 1
            progress.lossSum += loss * Double(count)
            try observe(.step(epoch: epoch + 1, step: progress.step, steps: stepsPerEpoch, loss: loss))
            guard progress.step < stepsPerEpoch else { break }
            progress.seconds = secondsBefore + (now() - began)
            let isDue =
                options.evaluationSteps > 0 && progress.step % options.evaluationSteps == 0
                || options.evaluationSeconds > 0 && now() - lastEvaluation >= options.evaluationSeconds
            if isDue {
                try evaluateWithin(epoch: epoch, observe: observe)
                lastEvaluation = now()
            }
            if shouldStop() {
                try observe(.checkpoint(checkpoint()))
                return
            }
        }
        progress.seconds = secondsBefore + (now() - began)
        try endEpoch(epoch, observe: observe)
    }

    /// Places in the order of an epoch: those of a step's batch. Behind the last step there are none.
    private func batch(_ step: Int, of order: [Int32]) -> Range<Int> {
        min(step * options.batch, order.count)..<min((step + 1) * options.batch, order.count)
    }

    /// Runs one step, while the batch of the next is prepared, and returns the mean loss of its batch.
    private mutating func runStep(_ order: [Int32], epoch: Int) throws(TrainingError) -> Double {
        let own = batch(progress.step, of: order)
        let following = batch(progress.step + 1, of: order)
        if !isBatchReady {
            buffer.fill(
                data.training, order: order.span.extracting(own), seed: options.seed, epoch: epoch, threads: &session)
        }
        var arguments = RunArguments()
        arguments.learningRate = Float(
            progress.learningRate.rate(
                options.schedule, step: progress.totalSteps, of: stepsPerEpoch * options.epochs))
        progress.totalSteps += 1
        arguments.step = UInt32(truncatingIfNeeded: progress.totalSteps)
        arguments.seedLow = UInt32(truncatingIfNeeded: options.seed)
        arguments.seedHigh = UInt32(truncatingIfNeeded: options.seed >> 32)
        unsafe session.bindInput(0, to: buffer.images)
        unsafe session.bindInput(1, to: buffer.labels)
        do throws(SessionError) {
            try buffer.prepareNext(
                data.training, order: order.span.extracting(following), seed: options.seed, epoch: epoch,
                with: &session
            ) { (session, companion) throws(SessionError) in
                try session.run(batch: own.count, arguments: arguments, beside: companion)
            }
        } catch {
            throw .session(error.description)
        }
        buffer.takeNext()
        isBatchReady = !following.isEmpty
        let loss = unsafe Double(session.withState(lossSlice) { unsafe $0[0] })
        guard loss.isFinite else {
            throw .notFinite(what: "the loss", epoch: epoch + 1, step: progress.step + 1)
        }
        guard unsafe session.withState(statusSlice, { unsafe $0[0].isFinite }) else {
            throw .notFinite(what: "a gradient or a parameter", epoch: epoch + 1, step: progress.step + 1)
        }
        return loss
    }

    /// The model as it is now, with the averaged parameters where an average is kept.
    private func currentModel() -> Model {
        var current = model
        for slice in session.plan.slices {
            switch slice.kind {
            case .parameter where options.averageDecay == nil, .statistic, .average:
                current.weights[slice.name] = session.read(slice)
            default: break
            }
        }
        return current
    }

    private mutating func evaluateWithin(
        epoch: Int, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) {
        guard let selecting = options.selection == .test ? data.test : data.validation else { return }
        let current = currentModel()
        try evaluator.setWeights(current.weights)
        let accuracy = try evaluator.evaluate(selecting).accuracy
        try observe(.evaluated(epoch: epoch + 1, step: progress.step, accuracy: accuracy))
        if progress.learningRate.note(accuracy: accuracy, epoch: epoch) {
            try observe(.improved(current, epoch: epoch + 1, accuracy: accuracy))
        }
    }

    private mutating func endEpoch(
        _ epoch: Int, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) {
        let current = currentModel()
        try evaluator.setWeights(current.weights)
        var record = EpochRecord(
            epoch: epoch + 1, trainLoss: progress.lossSum / Double(data.training.count),
            learningRate: progress.learningRate.rate(
                options.schedule, step: progress.totalSteps - 1, of: stepsPerEpoch * options.epochs),
            seconds: progress.seconds,
            imagesPerSecond: Double(data.training.count) / max(progress.seconds, 1e-9))
        if let validation = data.validation { record.validationAccuracy = try evaluator.evaluate(validation).accuracy }
        if let test = data.test { record.testAccuracy = try evaluator.evaluate(test).accuracy }
        let selecting: Double? =
            switch options.selection {
            case .validation: record.validationAccuracy
            case .test: record.testAccuracy
            case .last: nil
            }
        try observe(.epoch(record))
        if let selecting {
            if progress.learningRate.note(accuracy: selecting, epoch: epoch) {
                try observe(.improved(current, epoch: epoch + 1, accuracy: selecting))
            }
            if selecting >= options.targetAccuracy { progress.end = .targetReached }
            if progress.learningRate.endEpoch(epoch, options.schedule) {
                try observe(.learningRateDivided(to: progress.learningRate.base))
            }
            if options.patience > 0, epoch - progress.learningRate.lastImprovement >= options.patience {
                progress.end = progress.end ?? .noImprovement
            }
        } else {
            // Nothing selects: each epoch's model takes the place of the one before.
            try observe(.improved(current, epoch: epoch + 1, accuracy: record.testAccuracy ?? .nan))
        }
        progress.epoch += 1
        progress.step = 0
        progress.lossSum = 0
        progress.seconds = 0
        try observe(.checkpoint(checkpoint()))
    }

    private func checkpoint() -> Checkpoint {
        var state: [String: [Float]] = [:]
        for slice in session.plan.slices where slice.kind != .gradient && slice.kind != .result {
            state[Checkpoint.key(slice)] = session.read(slice)
        }
        return Checkpoint(recipe: recipe, progress: progress, state: state)
    }

    /// Seconds of a clock that never goes back.
    private func now() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
