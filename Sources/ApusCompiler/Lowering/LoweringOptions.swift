public import ApusPlan

/// What a graph is lowered for.
public struct LoweringOptions: Sendable {
    /// Where the parameters are while the plan runs.
    public enum Weights: Sendable {
        /// In the plan, packed: the plan answers and can't be trained.
        case constant
        /// In the session's state, where they can be changed; they are packed at the start of each run.
        case state
    }

    /// How the epilogue of a training plan changes the parameters.
    public enum Optimizer: Sendable, Equatable {
        /// Kingma and Ba (2015); with `decay` above zero AdamW, Loshchilov and Hutter (2019).
        case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0)
        /// Stochastic gradient descent with momentum (0 for none).
        case momentum(Double = 0.9, nesterov: Bool = false, decay: Double = 0)
    }

    /// The instruction set that the plan is for.
    public var target: Target
    /// The numbers that are multiplied.
    public var compute: ComputePrecision
    /// The algorithms that convolutions may be computed by.
    public var convolutions: ConvolutionAlgorithms
    /// For how many samples at once the plan is laid out; where samples depend on each other, the most that it takes.
    public var batchBound: Int
    /// Samples that go through the body at once; nil lets the compiler choose.
    public var microBatch: Int?
    /// Where the parameters are while the plan runs.
    public var weights: Weights
    /// Parts that a batch is cut into where gradients are summed. Results depend on it; they don't depend on threads.
    public var shards: Int
    /// How the parameters are changed; nil leaves them as they are.
    public var optimizer: Optimizer?
    /// The decay of a running average of the parameters; nil keeps none.
    public var averageDecay: Double?
    /// The largest norm of all gradients together with which the optimizer works: longer ones are scaled down; nil for any.
    public var maximumNorm: Double?
    /// Whether the gradients of several batches are added up before the optimizer changes the parameters. Which batches those are
    /// is said for each run.
    public var accumulatesGradients: Bool

    /// Bytes that the activation arena may have; nil lets it have what is quickest.
    public var maximumActivations: Int?
    /// Bytes that nodes may compute in, by their names.
    var scratchLimits: [String: Int] = [:]

    public init(
        target: Target, batchBound: Int = 1, microBatch: Int? = nil, weights: Weights = .constant, shards: Int = 8,
        optimizer: Optimizer? = nil, averageDecay: Double? = nil, maximumNorm: Double? = nil,
        accumulatesGradients: Bool = false, convolutions: ConvolutionAlgorithms = .exact,
        compute: ComputePrecision = .f32
    ) {
        self.target = target
        self.convolutions = convolutions
        self.compute = compute
        self.batchBound = batchBound
        self.microBatch = microBatch
        self.weights = weights
        self.shards = shards
        self.optimizer = optimizer
        self.averageDecay = averageDecay
        self.maximumNorm = maximumNorm
        self.accumulatesGradients = accumulatesGradients
    }
}

/// In which numbers a plan that answers multiplies. Sums are of f32 in any case.
public enum ComputePrecision: String, Sendable, CaseIterable {
    /// Single precision everywhere.
    case f32
    /// The factors of convolutions that take less time so on a processor that multiplies pairs of bf16 are rounded to it, and what only such
    /// convolutions read is stored in it. The choice does not depend on the target, nor do the bits of such a convolution.
    case bf16
}

/// Which algorithms a convolution may be computed by; the compiler takes the one that it thinks the fastest.
public enum ConvolutionAlgorithms: Sendable, CaseIterable {
    /// The definition alone.
    case direct
    /// All whose rounding errors are no larger than the definition's: F(2 × 2, 3 × 3) of Lavin and Gray (2016), and F(2 × 4, 3 × 3)
    /// and F(4 × 4, 3 × 3) with enough channels.
    case exact
    /// These with fewer channels as well, with errors of up to three times the definition's.
    case approximate
}

/// A graph that can't be lowered.
public enum LoweringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No instruction computes this operator on such operands.
    case unsupported(value: String, operation: String, reason: String)
    /// A constant plan needs the elements of every parameter.
    case missingWeights(parameter: String)
    case wrongWeightCount(parameter: String, expected: Int, given: Int)
    /// A value has a symbol that is not the batch.
    case unknownExtent(value: String, type: String)
    case badOption(String)
    /// No plan's activations are so small.
    case activations(limit: Int, least: Int)
    case memory(String)

    public var description: String {
        switch self {
        case .unsupported(let value, let operation, let reason):
            "'\(value)' can't be compiled: \(operation) \(reason)"
        case .missingWeights(let parameter):
            "the parameter '\(parameter)' has no elements; train the model or initialize it before it is compiled"
        case .wrongWeightCount(let parameter, let expected, let given):
            "the parameter '\(parameter)' has \(given) elements and its type says \(expected); "
                + "the weights belong to another model"
        case .unknownExtent(let value, let type):
            "the size of '\(value)': \(type) isn't known; set its symbols, for instance T=100"
        case .activations(let limit, let least):
            "the activations take at least \(least) B, which is more than \(limit) B; give room for \(least) B"
        case .badOption(let text), .memory(let text): text
        }
    }
}
