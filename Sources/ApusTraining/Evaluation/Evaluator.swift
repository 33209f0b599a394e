public import ApusCompiler
public import ApusData
public import ApusGraph
public import ApusPlan
public import ApusRuntime

/// Answers whole data sets with a model.
public struct Evaluator: ~Copyable {
    private var session: Session
    private var buffer: BatchBuffer
    private let preparation: InputPreparation
    private let output: Port
    /// Whether the numbers of an answer stand for truth values, each by itself, where the targets are such.
    private let isBinary: Bool
    /// Whether they are probabilities then.
    private let areProbabilities: Bool
    private let batch: Int
    /// Where the answers go, those of other ranks too.
    private var answers: AnswerRoom

    /// Makes the plan and the session that answer.
    ///
    /// - Parameters:
    ///   - model: with one output, of f32.
    ///   - preparation: how the data becomes the model's input.
    ///   - weights: whether the weights are those of the model for good, or are set before each evaluation.
    ///   - target: the instruction set to compile for: `Processor.preferredTarget()`.
    ///   - loss: what the model was trained by; nil for what its notes say.
    ///   - threads: how many work on a batch.
    ///   - placement: whether each thread has a processor of its own.
    ///   - batch: samples at once.
    ///   - convolutions: the algorithms that convolutions may be computed by.
    ///   - compute: the numbers that are multiplied; f32 where weights are set.
    /// - Throws: ``TrainingError`` where the model can't be compiled, or has other outputs.
    public init(
        _ model: Model, preparation: InputPreparation, weights: LoweringOptions.Weights, target: Target,
        loss: String? = nil, threads: Int = 1, placement: ThreadPlacement = .free, batch: Int = 256,
        convolutions: ConvolutionAlgorithms = .exact, compute: ComputePrecision = .f32
    ) throws(TrainingError) {
        try self.init(
            model, preparation: preparation, weights: weights, target: target, loss: loss, threads: threads,
            placement: placement, batch: batch, convolutions: convolutions, compute: compute, ranks: nil)
    }

    /// The same, with other processes that have made an evaluator of the same arguments and share the samples: all get all answers.
    package init(
        _ model: Model, preparation: InputPreparation, weights: LoweringOptions.Weights, target: Target,
        loss: String? = nil, threads: Int = 1, placement: ThreadPlacement = .free, batch: Int = 256,
        convolutions: ConvolutionAlgorithms = .exact, compute: ComputePrecision = .f32, ranks: (any RankExchange)?
    ) throws(TrainingError) {
        let plan: Plan
        do {
            plan =
                weights == .constant
                ? try Compiler.inferencePlan(
                    model, target: target, batchBound: batch, convolutions: convolutions, compute: compute)
                : try Compiler.evaluationPlan(model, target: target, batchBound: batch, convolutions: convolutions)
        } catch {
            throw .compile(error)
        }
        guard plan.outputs.count == 1 else {
            throw .mismatch(.outputCount(model: model.graph.name, outputs: plan.outputs.map(\.name)))
        }
        guard plan.outputs[0].elementType == .f32 else { throw .mismatch(.elementType(port: plan.outputs[0].name)) }
        let session = try Session.make(plan, threads: threads, placement: placement)
        let answers = try AnswerRoom(batch: batch, size: plan.outputs[0].sampleElements, ranks: ranks)
        areProbabilities = plan.outputs[0].meaning == .independentProbabilities
        let known = loss ?? model.notes.first { $0.name == Self.lossNote }?.value ?? ""
        isBinary = areProbabilities || known.hasPrefix("binary")
        output = plan.outputs[0]
        self.preparation = preparation
        self.batch = batch
        self.session = session
        buffer = BatchBuffer(capacity: batch, ports: plan.inputs)
        self.answers = answers
    }

    /// The name of the model's note that says what it was trained by.
    static let lossNote = "loss"

    /// Sets the weights, where they are in the session's state: the elements of each parameter by name.
    public mutating func setWeights(_ weights: [String: [Float]]) throws(TrainingError) {
        for slice in session.plan.slices where [.parameter, .statistic, .fixed].contains(slice.kind) {
            guard let elements = weights[slice.name] else { continue }
            do { try session.write(elements, to: slice) } catch { throw .session(error) }
        }
    }

    /// Checks that the data set has the inputs and the targets of the model.
    public func check(_ dataset: Dataset) throws(TrainingError) {
        _ = try source(dataset)
        _ = try kind(dataset)
    }

    private func source(_ dataset: Dataset) throws(TrainingError) -> BatchSource {
        try BatchSource(dataset, for: session.plan.inputs, preparation: preparation, hasTargets: false)
    }

    /// What an answer is, by its shape and that of the targets.
    private func kind(_ dataset: Dataset) throws(TrainingError) -> AnswerKind {
        let targets = dataset.targets
        let labels = targets.sampleElements
        if case .integers(let elements) = targets.elements, let classes = output.sampleShape.last, classes > 1,
            Shapes.agree(Array(output.sampleShape.dropLast()), targets.sampleShape)
        {
            let known = max(labels == 1 ? dataset.classNames.count : 0, Int(elements.max() ?? 0) + 1)
            guard known <= classes else { throw .mismatch(.classes(data: known, model: classes)) }
            return .classes(classes, labels: labels, scores: output.meaning)
        }
        // Words are classes, and one number can tell only two of them apart, as a likelihood.
        if dataset.hasNamedClasses, dataset.classNames.count > 1, output.sampleElements == 1, !isBinary {
            throw .mismatch(.classes(data: dataset.classNames.count, model: 1))
        }
        guard Shapes.agree(output.sampleShape, targets.sampleShape) else {
            throw .mismatch(.answer(model: output.sampleShape, targets: targets.sampleShape))
        }
        let areTruths =
            isBinary && (0..<targets.elements.count).allSatisfy { [0, 1].contains(targets.elements.number($0)) }
        return areTruths ? .labels(labels, areProbabilities: areProbabilities) : .numbers(labels)
    }

    /// What models are compared by on a data set.
    func measure(of dataset: Dataset) throws(TrainingError) -> Evaluation.Measure {
        try kind(dataset).measure
    }

    /// Answers every sample of a data set.
    public mutating func evaluate(_ dataset: Dataset) throws(TrainingError) -> Evaluation {
        var tally = Tally(try kind(dataset), dataset.targets)
        _ = try answer(dataset, into: &tally) { false }
        return tally.finished().evaluation
    }

    /// As ``evaluate(_:)``, with the answer to each sample.
    public mutating func evaluateEach(_ dataset: Dataset) throws(TrainingError) -> DetailedEvaluation {
        var tally = Tally(try kind(dataset), dataset.targets, keepsAnswers: true)
        _ = try answer(dataset, into: &tally) { false }
        return detailed(tally)
    }

    /// Records where the time of evaluations goes from now on; see `Session`.
    package mutating func startRecording() { session.startRecording() }

    private func detailed(_ tally: Tally) -> DetailedEvaluation {
        let finished = tally.finished()
        return DetailedEvaluation(
            evaluation: finished.evaluation, answers: finished.answers,
            recording: session.recording().map { (session.plan, $0) })
    }

    /// Answers every sample of a data set, and gives up, with nil, when told to stop.
    /// - Parameters:
    ///   - keepingAnswers: whether the answer to each sample is wanted.
    ///   - shouldStop: is asked after each batch but the last.
    mutating func evaluate(
        _ dataset: Dataset, keepingAnswers: Bool = false, unless shouldStop: () -> Bool
    ) throws(TrainingError) -> DetailedEvaluation? {
        var tally = Tally(try kind(dataset), dataset.targets, keepsAnswers: keepingAnswers)
        return try answer(dataset, into: &tally, unless: shouldStop) ? detailed(tally) : nil
    }

    /// Whether all samples were answered. Ranks answer a batch each of what comes next, and take in all of it in its order.
    private mutating func answer(
        _ dataset: Dataset, into tally: inout Tally, unless shouldStop: () -> Bool
    ) throws(TrainingError) -> Bool {
        let source = try source(dataset)
        let (round, before) = (batch * answers.ranks, batch * answers.rank)
        func places(_ first: Int) -> [Int32] {
            (min(dataset.count, first + before)..<min(dataset.count, first + before + batch)).map(Int32.init)
        }
        var order = places(0)
        buffer.fill(source, order: order.span, places: order.indices, seed: 0, epoch: 0, threads: &session)
        var first = 0
        while first < dataset.count {
            // The next batch is prepared while this one is answered.
            let following = places(first + round)
            buffer.bind(to: &session)
            unsafe session.bindOutput(0, to: answers.own)
            do throws(SessionError) {
                try buffer.prepareNext(
                    source, order: following.span, places: following.indices, seed: 0, epoch: 0, with: &session
                ) { (session, companion) throws(SessionError) in
                    if order.isEmpty { return }
                    try session.run(batch: order.count, beside: companion)
                }
                try answers.exchange(wantsStop: answers.ranks > 1 && shouldStop())
            } catch {
                throw .session(error)
            }
            buffer.takeNext()
            let count = min(round, dataset.count - first)
            let (taken, size) = (answers.taken(count), output.sampleElements)
            for row in 0..<count { tally.add(taken[row * size..<(row + 1) * size], sample: first + row) }
            order = following
            first += count
            let isStopped = answers.ranks > 1 ? answers.isStopWanted : first < dataset.count && shouldStop()
            if first < dataset.count, isStopped { return false }
        }
        return true
    }
}
