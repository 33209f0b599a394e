public import ApusCompiler
public import ApusData
public import ApusGraph
public import ApusPlan
public import ApusRuntime
import Glibc

/// How well a model answers a data set.
public struct Evaluation: Sendable, Equatable {
    public var samples = 0
    public var correct = 0
    /// Mean of −log of the probability given to the right class.
    public var loss = 0.0
    /// Counts: rows are true classes, columns are answers.
    public var confusion: [[Int]]

    public init(classes: Int) { confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes) }

    public var accuracy: Double { samples == 0 ? 0 : Double(correct) / Double(samples) }

    /// Of the answers that name a class, the share that is right; nil where there are none.
    public func precision(of label: Int) -> Double? {
        let answers = confusion.reduce(0) { $0 + $1[label] }
        return answers == 0 ? nil : Double(confusion[label][label]) / Double(answers)
    }

    /// Of the samples of a class, the share that is answered right; nil where there are none.
    public func recall(of label: Int) -> Double? {
        let samples = confusion[label].reduce(0, +)
        return samples == 0 ? nil : Double(confusion[label][label]) / Double(samples)
    }
}

/// Answers whole data sets with a model.
public struct Evaluator: ~Copyable {
    /// What the numbers of the output are.
    private enum Scores { case probabilities, logarithms, logits }

    private var session: Session
    private var buffer: BatchBuffer
    private let scores: Scores
    private let classes: Int
    private let batch: Int

    /// - Parameters:
    ///   - weights: whether the weights are those of the model for good, or are set before each evaluation.
    ///   - augmenter: prepares images without changing them.
    ///   - placement: whether each thread has a processor of its own.
    ///   - convolutions: the algorithms that convolutions may be computed by.
    public init(
        _ model: Model, augmenter: Augmenter, weights: LoweringOptions.Weights, target: Target, threads: Int = 1,
        placement: ThreadPlacement = .free, batch: Int = 256, convolutions: ConvolutionAlgorithms = .exact
    ) throws(TrainingError) {
        let plan: Plan
        do {
            plan =
                weights == .constant
                ? try Compiler.inferencePlan(
                    model, target: target, batchBound: batch, convolutions: convolutions)
                : try Compiler.evaluationPlan(model, target: target, batchBound: batch, convolutions: convolutions)
        } catch {
            throw .compile(error.description)
        }
        guard plan.inputs.count == 1, plan.outputs.count == 1, plan.outputs[0].sampleShape.count == 1 else {
            throw .mismatch(
                "a model that is evaluated has one input and one output of a number for each class; "
                    + "'\(model.graph.name)' has \(plan.inputs.count) inputs and the outputs "
                    + plan.outputs.map { "\($0.name) \($0.sampleShape)" }.joined(separator: ", "))
        }
        let session = try Session.make(plan, threads: threads, placement: placement)
        classes = plan.outputs[0].sampleElements
        let producer = model.graph.nodes.first { $0.results.contains(model.graph.outputs[0]) }
        switch producer?.operation {
        case is Softmax: scores = .probabilities
        case is LogSoftmax: scores = .logarithms
        default: scores = .logits
        }
        self.batch = batch
        self.session = session
        buffer = BatchBuffer(capacity: batch, augmenter: augmenter, imageSize: plan.inputs[0].sampleElements)
    }

    /// Sets the weights, where they are in the session's state: the elements of each parameter by name.
    public mutating func setWeights(_ weights: [String: [Float]]) throws(TrainingError) {
        for slice in session.plan.slices where slice.kind == .parameter || slice.kind == .statistic {
            guard let elements = weights[slice.name] else { continue }
            do { try session.write(elements, to: slice) } catch { throw .session(error.description) }
        }
    }

    /// Checks that the data set has the images and the classes of the model.
    public func check(_ dataset: ImageDataset) throws(TrainingError) {
        let input = session.plan.inputs[0]
        guard dataset.imageSize == input.sampleElements else {
            throw .mismatch(
                "'\(input.name)' takes \(input.sampleShape) and the data set has "
                    + "[\(dataset.channels), \(dataset.height), \(dataset.width)]; "
                    + "set the spec's image size and channels (--set)")
        }
        guard dataset.classNames.count <= classes else {
            throw .mismatch(
                "the data set has \(dataset.classNames.count) classes and the model answers \(classes); "
                    + "set the spec's number of classes (--set)")
        }
    }

    /// Answers every image of a data set.
    public mutating func evaluate(_ dataset: ImageDataset) throws(TrainingError) -> Evaluation {
        try check(dataset)
        var evaluation = Evaluation(classes: classes)
        var answers = [Float](repeating: 0, count: batch * classes)
        func places(_ first: Int) -> [Int32] { (first..<min(dataset.count, first + batch)).map(Int32.init) }
        var order = places(0)
        buffer.fill(dataset, order: order.span, seed: 0, epoch: 0, threads: &session)
        while let first = order.first {
            // The next batch is prepared while this one is answered.
            let following = places(min(dataset.count, Int(first) + batch))
            unsafe session.bindInput(0, to: buffer.images)
            var failure: SessionError?
            unsafe answers.withUnsafeMutableBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe session.bindOutput(0, to: start)
                do throws(SessionError) {
                    try buffer.prepareNext(dataset, order: following.span, seed: 0, epoch: 0, with: &session) {
                        (session, companion) throws(SessionError) in
                        try session.run(batch: order.count, beside: companion)
                    }
                } catch {
                    failure = error
                }
            }
            if let failure { throw .session(failure.description) }
            buffer.takeNext()
            for (row, index) in order.enumerated() {
                count(
                    answers[row * classes..<(row + 1) * classes], label: Int(dataset.labels[Int(index)]),
                    in: &evaluation)
            }
            order = following
        }
        evaluation.loss /= Double(max(1, dataset.count))
        return evaluation
    }

    private func count(_ answer: ArraySlice<Float>, label: Int, in evaluation: inout Evaluation) {
        var best = answer.startIndex
        for index in answer.indices where answer[index] > answer[best] { best = index }
        let right = Double(answer[answer.startIndex + label])
        evaluation.samples += 1
        evaluation.correct += best - answer.startIndex == label ? 1 : 0
        evaluation.confusion[label][best - answer.startIndex] += 1
        switch scores {
        case .probabilities: evaluation.loss -= log(max(right, 1e-30))
        case .logarithms: evaluation.loss -= right
        case .logits:
            let greatest = Double(answer[best])
            evaluation.loss += log(answer.reduce(0) { $0 + exp(Double($1) - greatest) }) + greatest - right
        }
    }
}
