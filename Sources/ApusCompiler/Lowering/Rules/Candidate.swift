import ApusGraph

/// One way to compute a node.
struct Candidate: Sendable {
    /// What it asks of the memory around an operand, so that its loops test no borders.
    struct Demand: Sendable, Equatable {
        var value: ValueID
        var border: Border
        /// What the border of a value of bytes holds.
        var fill: Int?
    }

    /// An operand that it also takes as a pool left it.
    struct PooledOperand: Sendable, Equatable {
        var operand: Int
        /// Rows and columns of windows that it computes with.
        var windows: [Int]
        /// What it reads around them, in windows.
        var border: Border
    }

    /// The way, for tests and dumps.
    var name: String
    /// The estimated time of a sample on one core; 0 where there is nothing to choose from.
    var cycles: Double
    /// Bytes that it computes in, beside its operands, at least.
    var scratchBytes: Int
    var demands: [Demand]
    var pooledOperand: PooledOperand?
    /// The operands that it takes as bf16.
    var bfloatOperands: Set<Int> = []
    /// Appends the instructions to the body and says where the results are.
    var emit: @Sendable (inout Lowering) throws(LoweringError) -> Void

    init(
        name: String, cycles: Double = 0, scratchBytes: Int = 0, demands: [Demand] = [],
        pooledOperand: PooledOperand? = nil,
        emit: @escaping @Sendable (inout Lowering) throws(LoweringError) -> Void
    ) {
        self.name = name
        self.cycles = cycles
        self.scratchBytes = scratchBytes
        self.demands = demands
        self.pooledOperand = pooledOperand
        self.emit = emit
    }
}

extension [Candidate] {
    /// Those that can do with so many bytes to compute in, and if there are none those that need the fewest; nil: all.
    func within(scratchBytes limit: Int?) -> [Candidate] {
        guard let limit else { return self }
        let least = self.min { $0.scratchBytes < $1.scratchBytes }?.scratchBytes ?? 0
        return filter { $0.scratchBytes <= Swift.max(limit, least) }
    }

    /// The first of those that cost the least.
    var cheapest: Candidate? {
        reduce(nil) { best, candidate in
            guard let best, best.cycles <= candidate.cycles else { return candidate }
            return best
        }
    }
}
