public import ApusCompiler
public import ApusData
import ApusPlan
public import ApusRuntime

/// Everything that a training run depends on. The defaults are the recipe of the Flux model zoo.
public struct TrainingOptions: Sendable {
    /// How the learning rate changes.
    public enum Schedule: Sendable, Equatable {
        /// It stays.
        case constant
        /// Divided by `divisor` after `patience` epochs without improvement, while above `minimum`.
        case plateau(divisor: Double = 10, patience: Int = 5, minimum: Double = 1e-6)
        /// Up in a line over `warmup` steps, then down along half a cosine to `minimum` at the last step:
        /// Loshchilov and Hutter, "SGDR" (2017), equation 5, without restarts.
        case cosine(warmup: Int = 0, minimum: Double = 0)
    }

    /// What the best model is chosen by: the ``Evaluation/score`` on some data.
    public enum Selection: String, Sendable, Equatable, CaseIterable {
        /// A part of the training set that is held out.
        case validation
        /// The test set. Its figure is then no estimate for new data.
        case test
        /// None: the model after the last epoch is kept.
        case last
    }

    /// What all that is random depends on: first weights, order, noise, augmentation.
    public var seed: UInt64 = 1
    /// Samples of a batch.
    public var batch = 128
    /// How often the training set is gone through, at most.
    public var epochs = 20
    /// The learning rate that the schedule begins with.
    public var learningRate = 3e-3
    /// How a step changes the parameters.
    public var optimizer = LoweringOptions.Optimizer.adam()
    /// How the learning rate changes.
    public var schedule = Schedule.plateau()
    /// Standard deviation of the Gaussian noise added to the input.
    public var noise = 0.1
    /// How images are changed at random, anew in each epoch.
    public var augmentation = Augmentation()
    /// What the best model is chosen by.
    public var selection = Selection.validation
    /// Samples of the training set that are held out for validation; nil for a twelfth. None are where selection needs none.
    public var heldOut: Int?
    /// How the data becomes the network's input; nil for what the model says, or else the data.
    public var preparation: InputPreparation?
    /// The decay of a running average of the parameters, which is then what is tried and kept; nil for none.
    public var averageDecay: Double?
    /// The largest norm of all gradients together: longer ones are scaled down to it; nil for any.
    public var maximumNorm: Double?
    /// Batches whose gradients are added up, as a mean over all samples, for one step of the optimizer. What normalizes by the
    /// statistics of a batch does so for each of them.
    public var accumulation = 1
    /// Epochs without improvement after which training stops; 0 for never.
    public var patience = 10
    /// The score on the set that selects at which training stops.
    public var targetScore = 0.999
    /// Steps between evaluations within an epoch; 0 for none.
    public var evaluationSteps = 0
    /// Seconds between evaluations within an epoch; 0 for none. Which steps those are depends on the machine's speed, so these
    /// evaluations are told and nothing else: they choose no model, and the schedule doesn't know them.
    public var evaluationSeconds = 0.0
    /// Seconds between checkpoints within an epoch; 0 for none but those at the ends of epochs. They change nothing of the result.
    public var checkpointSeconds = 60.0
    /// Steps between checkpoints within an epoch; 0 for none. They change nothing of the result.
    public var checkpointSteps = 0
    /// What is made small; `Loss.automatic` is what goes with the model's last operator.
    public var loss = Loss.automatic
    /// Parts that a batch is cut into. It is part of the recipe: other shards give other bits.
    public var shards = 8
    /// Threads that work on a batch. Not part of the recipe.
    public var threads = 1
    /// Whether each of them has a processor of its own. Not part of the recipe.
    public var placement = ThreadPlacement.free
    /// The algorithms that convolutions may be computed by. They are part of the recipe.
    public var convolutions = ConvolutionAlgorithms.exact
    /// Bytes that a thread's activations may take; nil for what is quickest. What does not fit is computed again in the backward pass,
    /// or by slower algorithms. It is part of the recipe: other algorithms round in another way.
    public var maximumActivations: Int?

    /// Whether each epoch tells the answer to every sample of its last evaluation, and records where the time of evaluations goes. It
    /// changes nothing of the result.
    public var keepsAnswers = false

    /// The recipe of the Flux model zoo.
    public init() {}

    /// What the result depends on, as text: two runs with equal recipes on equal data end in the same bits.
    var recipe: String {
        """
        seed \(seed), batch \(batch), epochs \(epochs), learning rate \(learningRate), optimizer \(optimizer), \
        schedule \(schedule), noise \(noise), augmentation \(augmentation), selection \(selection.rawValue), \
        average \(averageDecay.map { "\($0)" } ?? "none"), \
        patience \(patience), target \(targetScore), loss \(loss), shards \(shards), \
        convolutions \(convolutions), \
        evaluation every \(evaluationSteps) steps
        """ + (maximumNorm.map { ", maximum norm \($0)" } ?? "")
            + (accumulation > 1 ? ", \(accumulation) batches a step" : "")
            + (maximumActivations.map { ", activations of at most \($0) bytes" } ?? "")
    }
}
