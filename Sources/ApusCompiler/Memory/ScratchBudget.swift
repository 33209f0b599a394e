import ApusGraph
import ApusPlan

/// Finds the quickest algorithms for a graph whose activation arena has no more than a number of bytes.
///
/// Each node may compute in what the budget leaves beside the live values: the lowering takes the quickest algorithm that can do with
/// that, and as many tiles at a time as fit. What is live changes a little with the algorithms, which ask for borders of different
/// widths: where the first plan comes out too large, the next has less room.
struct ScratchBudget {
    let model: Model
    let options: LoweringOptions
    /// For the name of each call that repeats another, that of the other: both take one algorithm, so that they give the same bits.
    let originals: [String: String]

    /// Plans that are made before the one that needs the least memory is taken.
    private static let rounds = 6

    init(_ model: Model, _ options: LoweringOptions, originals: [String: String] = [:]) {
        self.model = model
        self.options = options
        self.originals = originals
    }

    /// The plan whose nodes compute in as much as they like.
    func quickest() throws(LoweringError) -> Plan { try lower([:]) }

    /// The plan whose nodes compute in as little as they can, with as many samples at once as the quickest has.
    func least() throws(LoweringError) -> Plan {
        let names = model.graph.nodes.map { model.graph[$0.results[0]].name }
        return try lower(Dictionary(names.map { ($0, 0) }, uniquingKeysWith: { first, _ in first }))
    }

    /// The quickest plan that fits; nil where none does.
    func plan(bytes: Int, quickest: Plan) throws(LoweringError) -> Plan? {
        var (before, room) = (quickest, bytes)
        for _ in 0..<Self.rounds where room >= 0 {
            let plan = try lower(limits(room, as: before))
            if plan.activationBytes <= bytes { return plan }
            room -= plan.activationBytes - bytes
            before = plan
        }
        let smallest = try least()
        return smallest.activationBytes <= bytes ? smallest : nil
    }

    /// What nodes may compute in, so that it fits into so many bytes beside what is live in a plan.
    private func limits(_ bytes: Int, as plan: Plan) -> [String: Int] {
        let live = plan.liveActivations
        var limits: [String: Int] = [:]
        for (index, instruction) in plan.body.enumerated() where instruction.multiplyAdds > 0 {
            let scratches = instruction.scratchOperands(lanes: plan.target.lanes)
                .map { instruction.operands[$0] }.filter { $0.arena == .activations }.map(\.offset)
            let own = plan.buffers.reduce(0) { sum, buffer in
                let isLive = buffer.firstUse <= index && index <= buffer.lastUse
                return sum + (isLive && scratches.contains(buffer.offset) ? buffer.size : 0)
            }
            limits[instruction.label] = max(0, bytes - (live[index] - own))
        }
        for (call, original) in originals {
            guard let limit = [limits[call], limits[original]].compactMap({ $0 }).min() else { continue }
            limits[call] = limit
            limits[original] = limit
        }
        return limits
    }

    private func lower(_ limits: [String: Int]) throws(LoweringError) -> Plan {
        var options = options
        options.scratchLimits = limits
        var lowering = try Lowering(model, options: options)
        try lowering.lower()
        return try lowering.finish()
    }
}

extension Plan {
    /// Bytes of the activations that are live at each instruction of the body. O(buffers + instructions).
    var liveActivations: [Int] {
        var changes = [Int](repeating: 0, count: body.count + 1)
        for buffer in buffers {
            changes[buffer.firstUse] += buffer.size
            changes[buffer.lastUse + 1] -= buffer.size
        }
        var live = 0
        return changes.dropLast().map { change in
            live += change
            return live
        }
    }
}
