public import ApusData

/// The data of a training run.
public struct TrainingData: Sendable {
    public var training: Dataset
    /// Held out of the training set; nil where selection needs none.
    public var validation: Dataset?
    public var test: Dataset?

    public init(training: Dataset, validation: Dataset?, test: Dataset?) {
        self.training = training
        self.validation = validation
        self.test = test
    }

    /// Holds out what the options say.
    public init(training: Dataset, test: Dataset?, options: TrainingOptions) throws(TrainingError) {
        guard options.selection == .validation else {
            self.init(training: training, validation: nil, test: test)
            return
        }
        let heldOut = options.heldOut ?? Self.heldOutByDefault(of: training.count)
        guard heldOut >= 1, heldOut < training.count else { throw .heldOut(heldOut, of: training.count) }
        let parts = Shuffle.split(count: training.count, heldOut: heldOut, seed: options.seed)
        self.init(
            training: training.subset(parts.training), validation: training.subset(parts.heldOut), test: test)
    }

    /// A twelfth: 5,000 of the 60,000 of MNIST.
    public static func heldOutByDefault(of count: Int) -> Int { max(1, count / 12) }
}
