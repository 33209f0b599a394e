public import ApusData

/// The data of a training run.
public struct TrainingData: Sendable {
    /// What is learned from.
    public var training: Dataset
    /// Held out of the training set; nil where selection needs none.
    public var validation: Dataset?
    /// What each epoch's model is tried on; nil for nothing.
    public var test: Dataset?

    /// Data whose parts are there already.
    public init(training: Dataset, validation: Dataset?, test: Dataset?) {
        self.training = training
        self.validation = validation
        self.test = test
    }

    /// Data of which a part of the training set is held out, as the options say.
    ///
    /// - Throws: ``TrainingError/heldOut(_:of:)`` where that is none or all of it.
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
