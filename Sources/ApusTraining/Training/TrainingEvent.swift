public import ApusGraph

/// What a trainer tells while it works.
public enum TrainingEvent: Sendable {
    /// A batch was learned from; of `steps` in an epoch.
    case step(epoch: Int, step: Int, steps: Int, loss: Double)
    /// A better model by the set that selects, and its score on it: on the test set, or not a number, where none selects.
    case improved(Model, epoch: Int, score: Double)
    /// An evaluation within an epoch.
    case evaluated(epoch: Int, step: Int, score: Double)
    /// An epoch's last evaluation, with each answer: on the test set or, where there is none, on what is held out. It comes where
    /// ``TrainingOptions/keepsAnswers`` is set, just before the epoch's record.
    case answered(DetailedEvaluation)
    /// An epoch is over.
    case epoch(EpochRecord)
    /// The schedule made the learning rate smaller.
    case learningRateDivided(to: Double)
    /// The state after an epoch, and within one where it is time for a checkpoint, or where the trainer was told to stop.
    case checkpoint(Checkpoint)
}

/// A line of `history.jsonl` for an epoch.
public struct EpochRecord: Sendable, Equatable {
    /// Counted from 1.
    public var epoch: Int
    /// The mean over the epoch's batches, while the parameters changed.
    public var trainLoss: Double
    /// What the scores are.
    public var measure = Evaluation.Measure.accuracy
    /// On the samples that are held out; nil where there are none.
    public var validationScore: Double?
    /// On the test set; nil where there is none.
    public var testScore: Double?
    /// The mean loss on the samples that are held out, by the model after the epoch; nil where there are none, or where evaluations don't
    /// count what the model was trained by.
    public var validationLoss: Double?
    /// The same on the test set.
    public var testLoss: Double?
    /// That of the epoch's last step.
    public var learningRate: Double
    /// How long the steps took, and the evaluations between them.
    public var seconds: Double
    public var samplesPerSecond: Double

    package init(
        epoch: Int, trainLoss: Double, measure: Evaluation.Measure = .accuracy, validationScore: Double? = nil,
        testScore: Double? = nil, validationLoss: Double? = nil, testLoss: Double? = nil, learningRate: Double,
        seconds: Double, samplesPerSecond: Double
    ) {
        self.epoch = epoch
        self.trainLoss = trainLoss
        self.measure = measure
        self.validationScore = validationScore
        self.testScore = testScore
        self.validationLoss = validationLoss
        self.testLoss = testLoss
        self.learningRate = learningRate
        self.seconds = seconds
        self.samplesPerSecond = samplesPerSecond
    }
}

/// Why a trainer ended.
public enum TrainingEnd: String, Sendable {
    case allEpochs = "all epochs are done"
    case targetReached = "the target is reached"
    case noImprovement = "no improvement for too many epochs"
    case interrupted = "interrupted"
}
