import ApusGraph
import ApusPlan

/// Chooses what a training step computes again in the backward pass, step by step, from nothing to what needs the least memory.
///
/// Where most bytes are live, of the values that are kept across that instruction the one is given up that frees the most bytes for each
/// cycle of the calls that are repeated for it. What was given up before and frees nothing there is kept again if there is room for it.
/// It is done twice: with the quickest algorithms, and with those that compute in the least, whose arenas are the largest elsewhere.
struct RepetitionSearch {
    /// A set of values that are computed again.
    struct Step {
        let budget: ScratchBudget
        /// The plan with the quickest algorithms.
        let plan: Plan
        /// Bytes of the arena with the algorithms that compute in the least.
        let least: Int
    }

    /// The first gives up nothing; it is the only one of a graph that isn't a training step's.
    private(set) var steps: [Step]
    private let model: Model
    private let options: LoweringOptions
    private let known: RepeatableValues
    private var found: Set<Set<ValueID>> = [[]]

    /// Steps of one value each.
    private static let maximumSteps = 40

    private enum Algorithms: CaseIterable {
        case quickest, smallest
    }

    /// O(values) lowerings.
    init(_ model: Model, _ options: LoweringOptions, _ quickest: Plan) throws(LoweringError) {
        self.model = model
        self.options = options
        known = RepeatableValues(model.graph)
        let budget = ScratchBudget(model, options)
        let smallest = try budget.least()
        steps = [Step(budget: budget, plan: quickest, least: smallest.activationBytes)]
        guard !known.kept.isEmpty else { return }
        try walk(.quickest, from: quickest)
        try walk(.smallest, from: smallest)
    }

    private mutating func walk(_ algorithms: Algorithms, from start: Plan) throws(LoweringError) {
        let costs = CallCosts(start, known)
        // Large graphs take larger steps.
        let valuesAtOnce = max(1, known.kept.count / Self.maximumSteps)
        var dropped = Set<ValueID>()
        var plan = start
        // A value that is kept again may be given up again, but never in a circle.
        var seen: Set<Set<ValueID>> = [[]]
        for _ in known.kept {
            let before = dropped
            for _ in 0..<valuesAtOnce {
                let peak = MemoryPeak(of: plan, RepeatedCalls(of: dropped, known), known)
                let others = known.kept.filter { !dropped.contains($0) }
                if let value = costs.best(of: others, at: peak) { dropped.insert(value) }
            }
            guard dropped != before else { return }
            plan = try lower(budget(dropped), algorithms)
            // What frees nothing where most bytes are live now, and fits beside what is live elsewhere.
            for other in before.sorted() {
                let peak = MemoryPeak(of: plan, RepeatedCalls(of: dropped, known), known)
                guard peak.hasRoom(for: other, bytes: costs.bytes(of: other)) else { continue }
                let without = try lower(budget(dropped.subtracting([other])), algorithms)
                guard without.activationBytes <= plan.activationBytes else { continue }
                dropped.remove(other)
                plan = without
            }
            guard seen.insert(dropped).inserted else { return }
            try append(dropped, plan, algorithms)
        }
    }

    private mutating func append(
        _ dropped: Set<ValueID>, _ plan: Plan, _ algorithms: Algorithms
    ) throws(LoweringError) {
        guard found.insert(dropped).inserted else { return }
        let budget = try budget(dropped)
        let other = try lower(budget, algorithms == .quickest ? .smallest : .quickest)
        let (quickest, smallest) = algorithms == .quickest ? (plan, other) : (other, plan)
        steps.append(Step(budget: budget, plan: quickest, least: smallest.activationBytes))
    }

    private func lower(_ budget: ScratchBudget, _ algorithms: Algorithms) throws(LoweringError) -> Plan {
        algorithms == .quickest ? try budget.quickest() : try budget.least()
    }

    private func budget(_ dropped: Set<ValueID>) throws(LoweringError) -> ScratchBudget {
        do throws(PassError) {
            let calls = RepeatedCalls(of: dropped, known)
            let repeating = try ComputeAgain.repeating(calls, known, in: model)
            return ScratchBudget(repeating.model, options, originals: repeating.originals)
        } catch {
            throw .memory(error.description)
        }
    }
}

/// What calls take in a plan that repeats none of them.
private struct CallCosts {
    private var cycles: [String: Double] = [:]
    private var sizes: [String: Int] = [:]
    private let known: RepeatableValues
    private let samples: Int

    init(_ plan: Plan, _ known: RepeatableValues) {
        self.known = known
        samples = plan.microBatch
        for instruction in plan.body {
            cycles[instruction.label, default: 0] += SharingEstimate.cycles(
                of: instruction, lanes: plan.target.lanes)
        }
        for buffer in plan.buffers { sizes[buffer.name] = buffer.size }
    }

    /// Bytes of a value of the samples that go through the body at once.
    func bytes(of value: ValueID) -> Int {
        let value = known.graph[value]
        return sizes[value.name] ?? (value.type.sampleElements ?? 0) * value.type.elementType.size * samples
    }

    /// The value that frees the most bytes at the peak for each cycle that it takes to compute it again; nil where none frees any.
    func best(of values: [ValueID], at peak: MemoryPeak) -> ValueID? {
        var best: (value: ValueID, score: Double)?
        for value in values where peak.isAcross(value) {
            guard let reader = peak.calls.firstReader(of: value) else { continue }
            let needed = peak.calls.needed(for: value)
            // What is kept for the repeated calls alone.
            let others = Set(needed.read).filter { peak.calls.lastReader(of: $0) < min(reader, peak.node) }
            let freed = bytes(of: value) - others.reduce(0) { $0 + (known.isActivation($1) ? bytes(of: $1) : 0) }
            let time = needed.calls.reduce(1.0) {
                $0 + (cycles[known.graph[known.graph.nodes[$1].results[0]].name] ?? 0)
            }
            let score = Double(freed) / time
            if freed > 0, score > best?.score ?? 0 { best = (value, score) }
        }
        return best?.value
    }
}

/// Where most bytes of the arena are live.
private struct MemoryPeak {
    let calls: RepeatedCalls
    /// The node whose instruction that is; for a repeated call the one that it is repeated for.
    let node: Int
    private let known: RepeatableValues
    private let live: [Int]
    /// The node of each instruction.
    private let nodes: [Int]
    private let bytes: Int

    init(of plan: Plan, _ calls: RepeatedCalls, _ known: RepeatableValues) {
        self.calls = calls
        self.known = known
        var numbers: [String: Int] = [:]
        for (number, node) in known.graph.nodes.enumerated() {
            let name = known.graph[node.results[0]].name
            numbers[name] = number
            if let place = calls.place[number] { numbers["\(name).again"] = place }
        }
        // What has another label belongs to what comes before it.
        var last = 0
        let nodes = plan.body.map { instruction in
            last = max(last, numbers[instruction.label] ?? 0)
            return last
        }
        let live = plan.liveActivations
        let bytes = live.max() ?? 0
        self.nodes = nodes
        self.live = live
        self.bytes = bytes
        node = live.firstIndex(of: bytes).map { nodes[$0] } ?? 0
    }

    /// Whether the value is kept while that node is computed, and not used by it.
    func isAcross(_ value: ValueID) -> Bool {
        guard let (last, first) = gap(value) else { return false }
        return last < node && node < first
    }

    /// Whether the value could be kept from the forward to the backward pass without any more bytes.
    func hasRoom(for value: ValueID, bytes: Int) -> Bool {
        guard let (last, first) = gap(value) else { return false }
        return !nodes.indices.contains { last < nodes[$0] && nodes[$0] < first && live[$0] + bytes > self.bytes }
    }

    /// The last node of the forward pass that uses the value, and the first one of the backward pass.
    private func gap(_ value: ValueID) -> (last: Int, first: Int)? {
        guard let producer = known.index.number(of: value), let first = calls.firstReader(of: value) else { return nil }
        let forward = known.index.consumers(of: value).filter { $0 <= known.boundary }
        return (max(producer, forward.last ?? 0), first)
    }
}
