public import ApusData

/// The data of a training run.
public struct TrainingData: Sendable {
    public var training: ImageDataset
    /// Held out of the training set; nil where selection needs none.
    public var validation: ImageDataset?
    public var test: ImageDataset?

    public init(training: ImageDataset, validation: ImageDataset?, test: ImageDataset?) {
        self.training = training
        self.validation = validation
        self.test = test
    }

    /// Holds out what the options say.
    public init(training: ImageDataset, test: ImageDataset?, options: TrainingOptions) throws(TrainingError) {
        guard options.selection == .validation else {
            self.init(training: training, validation: nil, test: test)
            return
        }
        guard options.heldOut >= 1, options.heldOut < training.count else {
            throw .mismatch(
                "\(options.heldOut) images can't be held out of \(training.count); hold out fewer, or select on last")
        }
        let parts = Shuffle.split(count: training.count, heldOut: options.heldOut, seed: options.seed)
        self.init(
            training: training.subset(parts.training), validation: training.subset(parts.heldOut), test: test)
    }
}
