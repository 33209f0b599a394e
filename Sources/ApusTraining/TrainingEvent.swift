public import ApusGraph

/// What a trainer tells while it works.
public enum TrainingEvent: Sendable {
    case step(epoch: Int, step: Int, steps: Int, loss: Double)
    /// A better model by the set that selects.
    case improved(Model, epoch: Int, accuracy: Double)
    /// An evaluation within an epoch.
    case evaluated(epoch: Int, step: Int, accuracy: Double)
    case epoch(EpochRecord)
    case learningRateDivided(to: Double)
    /// The state after an epoch, or where the trainer was told to stop.
    case checkpoint(Checkpoint)
}

/// A line of `history.jsonl`.
public struct EpochRecord: Sendable, Equatable {
    public var epoch: Int
    public var trainLoss: Double
    public var validationAccuracy: Double?
    public var testAccuracy: Double?
    public var learningRate: Double
    public var seconds: Double
    public var imagesPerSecond: Double
}

/// Why a trainer ended.
public enum TrainingEnd: String, Sendable {
    case allEpochs = "all epochs are done"
    case targetReached = "the target accuracy is reached"
    case noImprovement = "no improvement for too many epochs"
    case interrupted = "interrupted"
}
