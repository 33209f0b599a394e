/// The instruction-set level that a plan's kernels and layouts are chosen for.
public enum Target: String, Sendable, CaseIterable {
    /// Four lanes: SSE2.
    case baseline = "x86-64"
    /// Eight lanes: AVX2 and FMA.
    case avx2 = "x86-64-v3"
    /// Sixteen lanes: AVX-512.
    case avx512 = "x86-64-v4"
    /// Four lanes: NEON.
    case arm64

    /// Lanes of f32 in a vector: the channel block of blocked layouts.
    package var lanes: Int {
        switch self {
        case .baseline, .arm64: 4
        case .avx2: 8
        case .avx512: 16
        }
    }
}

/// A block of memory that an operand's offset points into.
package enum Arena: UInt8, Sendable, CaseIterable {
    /// Nothing: the null pointer.
    case none = 0
    /// Read-only, shared by all sessions: packed weights.
    case constants = 1
    /// Parameters, gradients, moments and what is derived from them once a step.
    case state = 2
    /// What the body computes for one micro-batch. One for each worker; for each shard where the body has combinations.
    case activations = 3
    /// What the body sums over the samples: weight gradients and the loss. One for each shard. In a combination, and once
    /// the body is done, this is the first shard's.
    case reductions = 4
    /// ``ApusInstructions/RunArguments``. One for each worker.
    case arguments = 5
    /// The caller's memory; the operand's `port` says which input, and its first sample is the micro-batch's.
    case input = 6
    /// The caller's memory, as above.
    case output = 7
}

/// A named part of the state arena: row-major f32.
package struct StateSlice: Sendable, Equatable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        case parameter = 0
        case statistic = 1
        case gradient = 2
        case firstMoment = 3
        case secondMoment = 4
        /// The running average of the parameters.
        case average = 5
        /// A number that a training step reports: the loss.
        case result = 6
        /// Two numbers; the first is not finite once a gradient or a parameter was not.
        case status = 7
        /// A parameter that keeps its elements.
        case fixed = 8
        /// The gradients of the batches that were added up for a step so far, each weighted by its part of their samples.
        case gradientSum = 9
    }
    package var name: String
    package var kind: Kind
    package var shape: [Int]
    /// Bytes from the state arena's start.
    package var offset: Int

    package init(name: String, kind: Kind, shape: [Int], offset: Int) {
        self.name = name
        self.kind = kind
        self.shape = shape
        self.offset = offset
    }

    package var elements: Int { shape.reduce(1, *) }
}

/// What a target runs: instructions with every offset, stride and kernel chosen.
///
/// A run executes the prologue once (weights are packed, where they change), the body for each micro-batch of the batch,
/// and the epilogue once (gradients are summed and unpacked, the optimizer updates the parameters). An inference plan
/// whose weights are constants has a body only.
///
/// The batch is cut into `shards` parts at places that depend on its size alone, each part has its own reductions, and
/// they are summed in order: so the result doesn't depend on how many threads share the work.
///
/// Where the body itself needs sums over all samples (batch norm in training), some of its instructions are *combinations*: run
/// once, when all shards have come so far, before any goes on. A shard's activations then stay where they are until the body ends:
/// each has an arena of its own, and is one micro-batch.
public struct Plan: Sendable, Equatable {
    /// The model's.
    public var name: String
    /// What it was compiled for. A processor runs the plans of the targets that it has.
    public var target: Target
    /// The largest batch that a session accepts where samples depend on each other; for other plans what the micro-batch
    /// was chosen for.
    public var batchBound: Int
    /// Samples that go through the body at once.
    package var microBatch: Int
    /// Parts of a batch with reductions of their own; 1 where nothing is summed over samples.
    package var shards: Int
    /// What it takes, in the order of the model's inputs.
    public var inputs: [Port]
    /// What it gives, in the order of the model's outputs.
    public var outputs: [Port]
    /// Multiply-adds of the body for one sample.
    public var multiplyAdds: Int

    /// The constants arena, which copies of the plan have in common, and their sessions.
    package var constants: AlignedBytes
    package var stateBytes: Int
    package var slices: [StateSlice]
    package var reductionBytes: Int
    /// Bytes of the activation arena for one micro-batch.
    package var activationBytes: Int
    /// The largest sum of bytes that are live at once: no arena can be smaller.
    package var activationBound: Int
    package var isOptimal: Bool
    /// The buffers in the activation arena, for drawings and for the validator.
    package var buffers: [BufferPlacement]

    package var prologue: [Instruction]
    package var body: [Instruction]
    package var epilogue: [Instruction]
    /// The instructions of the body that are run once, for all shards; none are next to each other.
    package var combinations: [Range<Int>]

    /// What people are shown: names of the operators that were fused, one for each.
    public var fused: [String]
    /// Names of the classes, where the model has them.
    public var labels: [String]
    /// How an input is prepared: the fields of the model.
    public var preparation: [Field]

    /// A name and its value.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Whether some input or output grows with the batch. A plan where none does is run with a batch of 1.
    package var hasBatch: Bool { (inputs + outputs).contains { !$0.isShared } }

    /// Activation arenas of a session with so many threads.
    package func activationArenas(threads: Int) -> Int { combinations.isEmpty ? threads : shards }

    /// The body from end to end: what is run for each shard, and between that what is run once.
    package var bodyParts: [BodyPart] {
        var parts: [BodyPart] = []
        var start = 0
        for range in combinations {
            if start < range.lowerBound {
                parts.append(BodyPart(range: start..<range.lowerBound, isCombination: false))
            }
            parts.append(BodyPart(range: range, isCombination: true))
            start = range.upperBound
        }
        if start < body.count || parts.isEmpty {
            parts.append(BodyPart(range: start..<body.count, isCombination: false))
        }
        return parts
    }

    package init(name: String, target: Target, batchBound: Int, microBatch: Int) {
        self.name = name
        self.target = target
        self.batchBound = batchBound
        self.microBatch = microBatch
        shards = 1
        inputs = []
        outputs = []
        multiplyAdds = 0
        constants = AlignedBytes()
        stateBytes = 0
        slices = []
        reductionBytes = 0
        activationBytes = 0
        activationBound = 0
        isOptimal = true
        buffers = []
        prologue = []
        body = []
        epilogue = []
        combinations = []
        fused = []
        labels = []
        preparation = []
    }
}

/// Instructions of the body that are run one after the other.
package struct BodyPart: Sendable, Equatable {
    package var range: Range<Int>
    /// Whether they are run once, for all shards, and not for each micro-batch.
    package var isCombination: Bool

    package init(range: Range<Int>, isCombination: Bool) {
        self.range = range
        self.isCombination = isCombination
    }
}

/// A buffer of the activation arena and when it is live.
package struct BufferPlacement: Sendable, Equatable {
    package var name: String
    package var offset: Int
    package var size: Int
    /// The first and the last instruction of the body that touches it.
    package var firstUse: Int
    package var lastUse: Int

    package init(name: String, offset: Int, size: Int, firstUse: Int, lastUse: Int) {
        self.name = name
        self.offset = offset
        self.size = size
        self.firstUse = firstUse
        self.lastUse = lastUse
    }
}
