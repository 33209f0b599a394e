public import ApusGraph

/// What a trainer tells while it works.
public enum TrainingEvent: Sendable {
    case step(epoch: Int, step: Int, steps: Int, loss: Double)
    /// A better model by the set that selects, and its score on it: on the test set, or not a number, where none selects.
    case improved(Model, epoch: Int, score: Double)
    /// An evaluation within an epoch.
    case evaluated(epoch: Int, step: Int, score: Double)
    case epoch(EpochRecord)
    case learningRateDivided(to: Double)
    /// The state after an epoch, and within one where it is time for a checkpoint, or where the trainer was told to stop.
    case checkpoint(Checkpoint)
}

/// A line of `history.jsonl`.
public struct EpochRecord: Sendable, Equatable {
    public var epoch: Int
    public var trainLoss: Double
    /// What the scores are.
    public var measure = Evaluation.Measure.accuracy
    public var validationScore: Double?
    public var testScore: Double?
    public var learningRate: Double
    public var seconds: Double
    public var samplesPerSecond: Double
}

/// Why a trainer ended.
public enum TrainingEnd: String, Sendable {
    case allEpochs = "all epochs are done"
    case targetReached = "the target is reached"
    case noImprovement = "no improvement for too many epochs"
    case interrupted = "interrupted"
}
