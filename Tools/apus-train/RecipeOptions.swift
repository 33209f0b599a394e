import ApusCommandLine
public import ApusCompiler
import ApusData
import ApusToolSupport
public import ApusTraining
public import ArgumentParser

extension TrainingOptions.Selection: ExpressibleByArgument {}
extension Loss: ExpressibleByArgument {}

/// What the result of a training run depends on.
struct RecipeOptions: ParsableArguments {
    enum Optimizer: String, CaseIterable, ExpressibleByArgument { case adam, adamw, sgd }
    enum Schedule: String, CaseIterable, ExpressibleByArgument { case plateau, cosine, constant }

    @Option(help: "Where all random numbers begin.")
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Passes over the training set, at most (default: 20; 5 with --quantize-aware).", valueName: "epochs"),
        transform: RecipeOptions.count)
    var epochs: Int?

    @Option(help: "Samples for one step.", transform: RecipeOptions.count)
    var batch = 128

    @Option(
        help: ArgumentHelp(
            "Batches whose gradients are added up, as a mean over all their samples, for one step.",
            valueName: "batches"),
        transform: RecipeOptions.count)
    var accumulate = 1

    @Option(
        help: ArgumentHelp(
            "Where a thread's activations would need more memory than this, 32K or 1.5M, take slower algorithms and compute values again in the backward pass in place of keeping them.",
            valueName: "bytes"),
        transform: byteCount)
    var maxActivations: Int?

    @Option(
        help: ArgumentHelp(
            "Scale the gradients of a step down where the norm of all of them together is above this.",
            valueName: "norm"))
    var clipGradients: Double?

    @Option(
        help: ArgumentHelp("Use only the first samples of the training set.", valueName: "count"),
        transform: RecipeOptions.count)
    var limit: Int?

    @Option(
        help: ArgumentHelp("The learning rate (default: 0.003; 0.0001 with --quantize-aware).", valueName: "rate"))
    var learningRate: Double?

    @Option(help: "The optimizer.")
    var optimizer = Optimizer.adam

    @Option(help: ArgumentHelp("Momentum of sgd.", valueName: "amount"))
    var momentum = 0.9

    @Flag(help: "Nesterov's form of momentum.")
    var nesterov = false

    @Option(help: ArgumentHelp("Decay of the mean of gradients, of adam and adamw.", valueName: "decay"))
    var beta1 = 0.9

    @Option(help: ArgumentHelp("Decay of the mean of squared gradients, of adam and adamw.", valueName: "decay"))
    var beta2 = 0.999

    @Option(help: ArgumentHelp("Added to the root of the mean of squares, of adam and adamw.", valueName: "amount"))
    var epsilon = 1e-8

    @Option(
        help: ArgumentHelp(
            "Decay of the weights (not of biases), of adamw and sgd (default: 0.01 for adamw, 0 for sgd).",
            valueName: "amount"))
    var weightDecay: Double?

    @Option(help: "How the learning rate changes (default: plateau; cosine with --quantize-aware).")
    var schedule: Schedule?

    @Option(
        help: ArgumentHelp("Of plateau: epochs without improvement before the rate is divided.", valueName: "epochs"),
        transform: RecipeOptions.count)
    var plateauPatience = 5

    @Option(help: ArgumentHelp("Of plateau: what the rate is divided by.", valueName: "number"))
    var plateauDivisor = 10.0

    @Option(help: ArgumentHelp("The minimum rate (default: 1e-6 for plateau, 0 for cosine).", valueName: "rate"))
    var minimumLearningRate: Double?

    @Option(
        help: ArgumentHelp("Of cosine: steps in which the rate first rises.", valueName: "steps"),
        transform: RecipeOptions.countOrNone)
    var warmup = 0

    @Option(
        help: ArgumentHelp(
            "Standard deviation of the Gaussian noise added to the input (default: 0.1 for images, else 0; 0 with --quantize-aware).",
            valueName: "amount"))
    var noise: Double?

    @Option(help: "The loss; automatic takes logit_cross_entropy before a softmax.")
    var loss = Loss.automatic

    @Option(
        help: ArgumentHelp(
            "What the best model is chosen on: samples held out of the training set; the test set, whose score is then no estimate any more; or nothing, so that the last model is kept."
        ))
    var selectOn = TrainingOptions.Selection.validation

    @Option(
        help: ArgumentHelp("Samples to hold out for validation (default: a twelfth).", valueName: "count"),
        transform: RecipeOptions.count)
    var heldOut: Int?

    @Option(
        help: ArgumentHelp(
            "Keep a running average of the parameters with this decay, and try and save the average.",
            valueName: "decay"))
    var average: Double?

    @Option(
        help: ArgumentHelp("Stop after so many epochs without improvement; 0 for never.", valueName: "epochs"),
        transform: RecipeOptions.countOrNone)
    var patience = 10

    @Option(
        help: ArgumentHelp(
            "Stop at this accuracy, or R² where targets are numbers, or F1 where they are labels, each true or false.",
            valueName: "score"))
    var targetAccuracy = 0.999

    @Option(
        help: ArgumentHelp("Evaluate within epochs too, every so many steps.", valueName: "steps"),
        transform: RecipeOptions.count)
    var evaluateSteps: Int?

    @Option(help: ArgumentHelp("Show the score within epochs too, every so many seconds.", valueName: "seconds"))
    var evaluateSeconds: Double?

    @Option(
        help: ArgumentHelp("Parts that a batch is cut into for summing gradients.", valueName: "count"),
        transform: RecipeOptions.count)
    var shards = 8

    @Sendable
    static func count(_ text: String) throws -> Int { try parseInteger(text, in: 1...1_000_000_000) }

    @Sendable
    static func countOrNone(_ text: String) throws -> Int { try parseInteger(text, in: 0...1_000_000_000) }

    func validate() throws {
        let amounts: [(String, Double, ClosedRange<Double>)] = [
            ("learning-rate", learningRate ?? 0, 0...1e30), ("momentum", momentum, 0...1), ("beta1", beta1, 0...1),
            ("beta2", beta2, 0...1), ("epsilon", epsilon, 0...1), ("weight-decay", weightDecay ?? 0, 0...1e3),
            ("plateau-divisor", plateauDivisor, 1...1e6), ("minimum-learning-rate", minimumLearningRate ?? 0, 0...1e3),
            ("noise", noise ?? 0, 0...1e3), ("clip-gradients", clipGradients ?? 1, 1e-30...1e30),
            ("average", average ?? 0, 0...1),
            ("target-accuracy", targetAccuracy, 0...2),
            ("evaluate-seconds", evaluateSeconds ?? 0, 0...1e9),
        ]
        for (name, amount, range) in amounts where !range.contains(amount) {
            throw ValidationError(
                "--\(name) is \(amount); give a number from \(range.lowerBound) to \(range.upperBound)")
        }
        if optimizer == .adam, weightDecay != nil {
            throw ValidationError("--weight-decay belongs to adamw and sgd; choose --optimizer adamw")
        }
    }

    /// The first samples of the training set, as many as the limit says.
    func limited(_ training: Dataset) throws(ToolError) -> Dataset {
        guard let limit else { return training }
        guard limit <= training.count else {
            throw ToolError(
                "--limit is \(limit) and the training set has \(training.count) samples; give a smaller limit")
        }
        return training.subset(0..<limit)
    }

    /// - Parameters:
    ///   - isImage: whether the data is images.
    ///   - isQuantizing: whether a trained model is trained for 8 bits.
    func options(
        augmentation: Augmentation, threads: ThreadOptions, isImage: Bool, isQuantizing: Bool
    ) throws -> TrainingOptions {
        var options = TrainingOptions()
        options.seed = seed
        options.batch = batch
        options.accumulation = accumulate
        options.maximumActivations = maxActivations
        options.maximumNorm = clipGradients
        options.epochs = epochs ?? (isQuantizing ? 5 : 20)
        options.learningRate = learningRate ?? (isQuantizing ? 1e-4 : 3e-3)
        options.optimizer =
            switch optimizer {
            case .adam: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
            case .adamw: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, decay: weightDecay ?? 0.01)
            case .sgd: .momentum(momentum, nesterov: nesterov, decay: weightDecay ?? 0)
            }
        options.schedule =
            switch schedule ?? (isQuantizing ? .cosine : .plateau) {
            case .plateau:
                .plateau(divisor: plateauDivisor, patience: plateauPatience, minimum: minimumLearningRate ?? 1e-6)
            case .cosine: .cosine(warmup: warmup, minimum: minimumLearningRate ?? 0)
            case .constant: .constant
            }
        options.noise = noise ?? (isImage && !isQuantizing ? 0.1 : 0)
        options.loss = loss
        options.augmentation = augmentation
        options.selection = selectOn
        options.heldOut = heldOut
        options.averageDecay = average
        options.patience = patience
        options.targetScore = targetAccuracy
        options.evaluationSteps = evaluateSteps ?? 0
        options.evaluationSeconds = evaluateSeconds ?? 0
        options.shards = shards
        options.threads = threads.count
        options.placement = threads.placement
        return options
    }
}
