package import ApusGraph
import ApusPlan

/// Finds the quickest plan of a model whose activation arena has no more than a number of bytes.
///
/// While an instruction runs, the arena holds what is live then and what the instruction computes in. So each node may compute in what
/// the budget leaves beside the live values: the lowering takes the quickest algorithm that can do with that, and as many tiles at a
/// time as fit. What is live changes a little with the algorithms, which ask for borders of different widths: where the first plan
/// comes out too large, the next has less room.
struct ActivationBudget {
    private let model: Model
    private var options: LoweringOptions

    /// Plans that are made before the one that needs the least memory is taken.
    private static let rounds = 6

    init(_ model: Model, _ options: LoweringOptions) {
        self.model = model
        self.options = options
        self.options.maximumActivations = nil
    }

    /// - Throws: ``LoweringError/activations(limit:least:)`` where no plan is so small.
    func plan(bytes: Int) throws(LoweringError) -> Plan {
        let quickest = try lower(options)
        if quickest.activationBytes <= bytes { return quickest }
        var (before, room) = (quickest, bytes)
        for _ in 0..<Self.rounds where room >= 0 {
            let plan = try lower(limited(room, as: before))
            if plan.activationBytes <= bytes { return plan }
            room -= plan.activationBytes - bytes
            before = plan
        }
        let smallest = try least(quickest)
        if smallest.activationBytes <= bytes { return smallest }
        // Where shards wait for each other, each is one micro-batch.
        guard quickest.microBatch > 1, quickest.combinations.isEmpty else {
            throw .activations(limit: bytes, least: smallest.activationBytes)
        }
        // Fewer samples at once read the weights more often, and need less room.
        var fewer = self
        fewer.options.microBatch = quickest.microBatch / 2
        return try fewer.plan(bytes: bytes)
    }

    /// The plan whose nodes compute in as little as they can, with as many samples at once as the quickest has.
    private func least(_ quickest: Plan) throws(LoweringError) -> Plan {
        var options = options
        for instruction in quickest.body { options.scratchLimits[instruction.label] = 0 }
        return try lower(options)
    }

    /// What nodes may compute in, so that it fits into so many bytes beside what is live in a plan.
    private func limited(_ bytes: Int, as plan: Plan) -> LoweringOptions {
        var options = options
        for (index, instruction) in plan.body.enumerated() where instruction.multiplyAdds > 0 {
            let scratches = instruction.scratchOperands(lanes: plan.target.lanes)
                .map { instruction.operands[$0] }.filter { $0.arena == .activations }.map(\.offset)
            let others = plan.buffers.reduce(0) { sum, buffer in
                let isLive = buffer.firstUse <= index && index <= buffer.lastUse
                return sum + (isLive && !scratches.contains(buffer.offset) ? buffer.size : 0)
            }
            options.scratchLimits[instruction.label] = max(0, bytes - others)
        }
        return options
    }

    private func lower(_ options: LoweringOptions) throws(LoweringError) -> Plan {
        var lowering = try Lowering(model, options: options)
        try lowering.lower()
        return try lowering.finish()
    }
}

/// How much time a plan takes with less memory.
package struct ActivationCurve: Sendable {
    package struct Point: Sendable, Equatable {
        /// Of the arena, which is the least that these algorithms can do with.
        package var bytes: Int
        /// Estimated, of a sample on one core.
        package var cycles: Double
    }

    /// From the least arena to that of the quickest plan.
    package let points: [Point]

    /// - Parameter count: budgets that are tried.
    package init(_ model: Model, _ options: LoweringOptions, count: Int = 8) throws(CompileError) {
        var options = options
        options.maximumActivations = nil
        let quickest = try Compiler.lower(model, options)
        var points = [Self.point(quickest)]
        var least = 0
        options.maximumActivations = 0
        do { _ = try Compiler.lower(model, options) } catch {
            guard case .lowering(.activations(_, let bytes)) = error else { throw error }
            least = bytes
        }
        for step in 0..<count {
            options.maximumActivations = least + (quickest.activationBytes - least) * step / count
            let point = Self.point(try Compiler.lower(model, options))
            if !points.contains(where: { $0.bytes == point.bytes }) { points.append(point) }
        }
        self.points = points.sorted { $0.bytes < $1.bytes }
    }

    private static func point(_ plan: Plan) -> Point {
        Point(bytes: plan.activationBytes, cycles: SharingEstimate(plan, threads: [1]).cycles[0])
    }
}
