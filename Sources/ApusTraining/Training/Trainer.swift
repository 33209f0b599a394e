import ApusCompiler
import ApusData
import ApusFiles
public import ApusGraph
public import ApusPlan
package import ApusRuntime

/// Trains a model: one plan is a whole step, run for each batch of each epoch.
///
/// The parameters after any step are a pure function of model, data and recipe: they don't depend on the number of threads
/// nor on interruptions.
public struct Trainer: ~Copyable {
    private let model: Model
    let data: TrainingData
    let options: TrainingOptions
    var session: Session
    var evaluator: Evaluator
    var buffer: BatchBuffer
    /// The training set as the plan's inputs take it.
    let source: BatchSource
    var progress: Progress
    private let recipe: String
    /// What models are compared by, on the data that selects or, where none does, on the test set.
    package let measure: Evaluation.Measure
    let lossSlice: StateSlice
    let statusSlice: StateSlice
    /// The processes that share the run with this one; nil where there are none.
    let ranks: (any RankExchange)?
    /// Whether the buffer holds the batch of the step that comes.
    var isBatchReady = false

    /// Makes the plan of a step and the session that runs it, with the parameters that the run begins with.
    ///
    /// - Parameters:
    ///   - model: the spec, with weights where training goes on from a model that exists; others are initialized.
    ///   - data: what is learned from, and what selects.
    ///   - options: the recipe.
    ///   - target: the instruction set to compile for: `Processor.preferredTarget()`.
    ///   - checkpoint: the state to go on from.
    /// - Throws: ``TrainingError`` where model and data don't fit each other, or the model can't be trained.
    public init(
        _ model: Model, data: TrainingData, options: TrainingOptions, target: Target, checkpoint: Checkpoint? = nil
    ) throws(TrainingError) {
        try self.init(
            model, data: data, options: options, target: target, checkpoint: checkpoint, ranks: nil)
    }

    /// The same, with other processes that have made a trainer of the same arguments and share each batch: all are told the same, and
    /// end with the same bits. Only the first has whole checkpoints.
    package init(
        _ model: Model, data: TrainingData, options: TrainingOptions, target: Target, checkpoint: Checkpoint? = nil,
        ranks: (any RankExchange)?
    ) throws(TrainingError) {
        var lowering = LoweringOptions(target: target, batchBound: options.batch, weights: .state)
        lowering.shards = options.shards
        lowering.optimizer = options.optimizer
        lowering.averageDecay = options.averageDecay
        lowering.maximumNorm = options.maximumNorm
        lowering.accumulatesGradients = options.accumulation > 1
        lowering.convolutions = options.convolutions
        lowering.maximumActivations = options.maximumActivations
        let preparation = try Self.preparation(options, model, data.training)
        let plan: Plan
        var explicit: Model
        do throws(PassError) {
            explicit = try Pipeline([ExplicitParameters()]).run(model)
        } catch {
            throw .compile(.pass(error))
        }
        try Self.checkWeights(of: explicit.graph)
        explicit = explicit.initialized(seed: options.seed).prepared(by: preparation)
        explicit.labels = data.training.classNames
        do throws(CompileError) {
            plan = try Compiler.trainingPlan(
                explicit, .init(loss: options.loss, inputNoise: options.noise), lowering: lowering)
        } catch {
            throw .compile(error)
        }
        guard let lossSlice = plan.slices.first(where: { $0.kind == .result }),
            let statusSlice = plan.slices.first(where: { $0.kind == .status })
        else { throw .noLoss }
        var evaluator = try Evaluator(
            explicit, preparation: preparation, weights: .state, target: target, loss: options.loss.rawValue,
            threads: options.threads, placement: options.placement, ranks: ranks)
        if options.keepsAnswers { evaluator.startRecording() }
        try evaluator.check(data.training)
        let measure = try evaluator.measure(of: data.validation ?? data.test ?? data.training)
        let source = try BatchSource(
            data.training, for: plan.inputs, preparation: preparation, augmentation: options.augmentation,
            hasTargets: true)
        let recipe = Self.recipe(options, explicit, data)
        if let ranks { try ranks.checkAgreement("\(recipe); \(target)") }
        var session = try Session.make(plan, threads: options.threads, placement: options.placement, ranks: ranks)
        let progress = try Self.start(
            &session, explicit, checkpoint, recipe: recipe, learningRate: options.learningRate)
        self.ranks = ranks
        self.model = explicit
        self.recipe = recipe
        self.progress = progress
        self.data = data
        self.options = options
        self.measure = measure
        self.lossSlice = lossSlice
        self.statusSlice = statusSlice
        self.session = session
        self.evaluator = evaluator
        self.source = source
        buffer = BatchBuffer(capacity: options.batch, ports: plan.inputs)
    }

    /// A GiB of them in single precision: a spec of a few lines can ask for terabytes.
    private static var maximumWeights: Int { min(1 << 28, MemoryLimit.bytes / 4) }

    private static func checkWeights(of graph: Graph) throws(TrainingError) {
        // Each is below 2³¹ elements, so that no sum overflows.
        let count = graph.parameters.reduce(0) { $0 + (graph[$1.value].type.sampleElements ?? 0) }
        guard count <= maximumWeights else { throw .tooManyWeights(count, maximum: maximumWeights) }
        guard graph.parameters.contains(where: { $0.changes(as: .trained) }) else { throw .nothingToTrain }
    }

    /// What the options ask for, or else what a model says that was trained before, or else what the data wants.
    private static func preparation(
        _ options: TrainingOptions, _ model: Model, _ data: Dataset
    ) throws(TrainingError) -> InputPreparation {
        if let preparation = options.preparation { return preparation }
        guard !model.preparation.isEmpty else { return data.preparation }
        do throws(DataError) { return try model.inputPreparation() } catch { throw .data(error) }
    }

    /// Fills the state, from the checkpoint or with the model's weights, and says how far the run is.
    private static func start(
        _ session: inout Session, _ model: Model, _ checkpoint: Checkpoint?, recipe: String, learningRate: Double
    ) throws(TrainingError) -> Progress {
        if let checkpoint, checkpoint.recipe != recipe {
            throw .checkpoint(.otherRecipe(then: checkpoint.recipe, now: recipe))
        }
        for slice in session.plan.slices {
            let elements: [Float]?
            if let checkpoint {
                elements = checkpoint.state[Checkpoint.key(slice)]
            } else {
                switch slice.kind {
                case .parameter, .average, .statistic, .fixed: elements = model.weights[slice.name]
                default: elements = nil
                }
            }
            guard let elements else { continue }
            do throws(SessionError) { try session.write(elements, to: slice) } catch {
                throw .checkpoint(.otherState(error))
            }
        }
        return checkpoint?.progress ?? Progress(learningRate: LearningRate(base: learningRate))
    }

    /// What the bits of the result depend on.
    private static func recipe(_ options: TrainingOptions, _ model: Model, _ data: TrainingData) -> String {
        let preparation = model.preparation.map { "\($0.name) \($0.value)" }.joined(separator: " ")
        var sets = [data.training]
        if let validation = data.validation { sets.append(validation) }
        if options.selection == .test, let test = data.test { sets.append(test) }
        let samples = sets.map { "\($0.count)" }.joined(separator: " + ")
        let digests = sets.map { String($0.digest, radix: 16) }.joined(separator: " ")
        return "\(options.recipe); model \(model.graph.name), "
            + "digest \(String(ModelFile.checksum(model.graph.text.utf8), radix: 16)); preparation \(preparation); "
            + "\(samples) samples, digest \(digests)"
    }

    /// Records where the time of the steps goes; see `Session`.
    package mutating func startRecording(eventRoom: Int) { session.startRecording(eventRoom: eventRoom) }

    /// What was recorded, with the plan of a step; nil where nothing was to be.
    package func recording() -> (plan: Plan, recording: Recording)? {
        session.recording().map { (session.plan, $0) }
    }

    /// What a step costs of the network; nil where no other processes share the run.
    package var traffic: RankTraffic? { session.traffic }

    /// The plan of a step.
    package var plan: Plan { session.plan }

    /// Epochs that the run has behind it.
    package var epochs: Int { progress.epoch }

    /// How well the model as it is now answers the test set or, where there is none, what is held out, with each answer; nil where
    /// there is neither. Where other processes share the run, all of them call it.
    package mutating func answers() throws(TrainingError) -> DetailedEvaluation? {
        guard let dataset = data.test ?? data.validation else { return nil }
        try evaluator.setWeights(wholeModel().weights)
        return try evaluator.evaluate(dataset, keepingAnswers: true) { false }
    }

    /// Batches of an epoch. The last one may be smaller.
    package var batchesPerEpoch: Int { (data.training.count + options.batch - 1) / options.batch }

    /// Steps of the optimizer in an epoch. The last one may have fewer batches.
    var stepsPerEpoch: Int { (batchesPerEpoch + options.accumulation - 1) / options.accumulation }

    /// Trains until one of the options says stop.
    ///
    /// - Parameters:
    ///   - shouldStop: is asked after each step, and while the model is evaluated; the trainer then makes a checkpoint and returns.
    ///   - observe: is told what happens, on the caller's thread.
    public mutating func run(
        shouldStop: () -> Bool = { false }, observe: (TrainingEvent) throws(TrainingError) -> Void
    ) throws(TrainingError) -> TrainingEnd {
        while progress.epoch < options.epochs {
            if let end = progress.end { return end }
            guard try runEpoch(shouldStop: shouldStop, observe: observe) else {
                try observe(.checkpoint(wholeCheckpoint()))
                return .interrupted
            }
        }
        return progress.end ?? .allEpochs
    }

    /// The model as it is now, with the averaged parameters where an average is kept.
    private func currentModel() -> Model {
        var current = model
        for slice in session.plan.slices {
            switch slice.kind {
            case .parameter where options.averageDecay == nil, .statistic, .average, .fixed:
                current.weights[slice.name] = session.read(slice)
            default: break
            }
        }
        return current
    }

    /// The model as it is now, of which other ranks may have parts: all of them call it.
    mutating func wholeModel() throws(TrainingError) -> Model {
        do throws(SessionError) { try session.gatherAverages() } catch { throw .session(error) }
        return currentModel()
    }

    /// ``checkpoint()``, of which other ranks may have parts: all of them call it, and the first one gets the whole.
    mutating func wholeCheckpoint() throws(TrainingError) -> Checkpoint {
        do throws(SessionError) { try session.gatherState() } catch { throw .session(error) }
        return checkpoint()
    }

    /// All that a run needs to go on from here; not while one is under way.
    public func checkpoint() -> Checkpoint {
        var state: [String: [Float]] = [:]
        for slice in session.plan.slices where slice.kind != .gradient && slice.kind != .result {
            state[Checkpoint.key(slice)] = session.read(slice)
        }
        return Checkpoint(recipe: recipe, progress: progress, state: state)
    }
}
