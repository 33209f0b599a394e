/// A line of `history.jsonl` for an evaluation within an epoch.
public struct EvaluationRecord: Sendable, Equatable {
    /// Counted from 1.
    public var epoch: Int
    /// Batches of the epoch that were learned from before it.
    public var step: Int
    /// Batches of the whole epoch.
    public var steps: Int
    /// What the score is.
    public var measure: Evaluation.Measure
    /// The set that was evaluated: that of the selection.
    public var isTest: Bool
    public var score: Double

    /// - Parameters:
    ///   - epoch: counted from 1.
    ///   - step: batches of the epoch that were learned from.
    ///   - steps: batches of the whole epoch.
    ///   - measure: what the score is.
    ///   - isTest: whether it is the test set's, and not that of the samples that are held out.
    ///   - score: the figure.
    public init(epoch: Int, step: Int, steps: Int, measure: Evaluation.Measure, isTest: Bool, score: Double) {
        self.epoch = epoch
        self.step = step
        self.steps = steps
        self.measure = measure
        self.isTest = isTest
        self.score = score
    }
}
