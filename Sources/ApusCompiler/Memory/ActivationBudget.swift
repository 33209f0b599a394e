import ApusGraph
import ApusPlan

/// Finds the quickest plan of a model whose activation arena has no more than a number of bytes.
///
/// Two things are chosen. While an instruction runs, the arena holds what is live then and what the instruction computes in: so each node
/// may take a slower algorithm, which computes in less (``ScratchBudget``). And of a training step, values of the forward pass may be
/// computed again in the backward pass in place of being kept (``RepetitionSearch``). What may be computed again does not depend on the
/// budget, so that no plan for more memory takes more time than one for less.
struct ActivationBudget {
    private let model: Model
    private let options: LoweringOptions
    /// The plan without a budget.
    let quickest: Plan
    /// Cycles that no plan counts less than: where the whole body's estimate is below the quickest plan's, it is coarser than what the
    /// algorithms were chosen by.
    private let floor: Double
    /// Ways to keep less; empty until they are asked for.
    private var steps: [RepetitionSearch.Step] = []
    /// The same with half as many samples at once, when it was asked for.
    private var fewer: [ActivationBudget] = []

    /// A plan that fits, and its estimated cycles.
    private struct Found {
        var plan: Plan
        var cycles: Double
    }

    /// Steps whose nodes are tried with less to compute in: each takes some lowerings.
    private static let triedSteps = 16
    /// Evenly from the least to what the quickest plan has.
    private static let triedBudgets = 4

    init(_ model: Model, _ options: LoweringOptions) throws(LoweringError) {
        try self.init(model, options, floor: nil)
    }

    private init(_ model: Model, _ options: LoweringOptions, floor: Double?) throws(LoweringError) {
        self.model = model
        var options = options
        options.maximumActivations = nil
        self.options = options
        let quickest = try ScratchBudget(model, options).quickest()
        self.quickest = quickest
        self.floor = floor ?? SharingEstimate.cycles(of: quickest)
    }

    /// - Throws: ``LoweringError/activations(limit:least:)`` where no plan is so small.
    mutating func plan(bytes: Int) throws(LoweringError) -> Plan {
        if let found = try find(bytes) { return found.plan }
        throw .activations(limit: bytes, least: least)
    }

    /// The estimated cycles by which plans are chosen.
    func cycles(of plan: Plan) -> Double { max(floor, SharingEstimate.cycles(of: plan)) }

    /// The least bytes of all plans that were tried.
    private var least: Int { min(steps.map(\.least).min() ?? .max, fewer.first?.least ?? .max) }

    private mutating func find(_ bytes: Int) throws(LoweringError) -> Found? {
        if quickest.activationBytes <= bytes { return Found(plan: quickest, cycles: cycles(of: quickest)) }
        let own = try findHere(bytes)
        // Where shards wait for each other, each is one micro-batch.
        guard quickest.microBatch > 1, quickest.combinations.isEmpty, own.map({ $0.cycles > floor }) ?? true else {
            return own
        }
        // Fewer samples at once read the weights more often, and need less room.
        if fewer.isEmpty {
            var options = options
            options.microBatch = quickest.microBatch / 2
            fewer = [try ActivationBudget(model, options, floor: floor)]
        }
        guard let other = try fewer[0].find(bytes), other.cycles < own?.cycles ?? .infinity else { return own }
        return other
    }

    /// The quickest with as many samples at once as the plan without a budget has.
    private mutating func findHere(_ bytes: Int) throws(LoweringError) -> Found? {
        if steps.isEmpty { steps = try RepetitionSearch(model, options, quickest).steps }
        var best: Found?
        for step in steps where step.plan.activationBytes <= bytes {
            let cycles = cycles(of: step.plan)
            if cycles < best?.cycles ?? .infinity { best = Found(plan: step.plan, cycles: cycles) }
        }
        for bytes in tried(upTo: bytes) {
            for step in triedSteps where step.least <= bytes {
                // Nothing counts as quicker than the quickest plan. A step's own plan is no such bound: see `floor`.
                if let best, best.cycles <= floor { return best }
                guard let plan = try step.budget.plan(bytes: bytes, quickest: step.plan) else { continue }
                let cycles = cycles(of: plan)
                if cycles < best?.cycles ?? .infinity { best = Found(plan: plan, cycles: cycles) }
            }
        }
        return best
    }

    /// Budgets that are tried, the one that was asked for first. The others are the same for every budget: a node that may compute in
    /// more can leave others less, and so a larger budget alone may give a slower plan.
    private func tried(upTo bytes: Int) -> [Int] {
        let least = steps.map(\.least).min() ?? 0
        let range = quickest.activationBytes - least
        return [bytes] + (0..<Self.triedBudgets).map { least + range * $0 / Self.triedBudgets }.filter { $0 < bytes }
    }

    /// Some of the steps, evenly; the one that can do with the least is among them.
    private var triedSteps: [RepetitionSearch.Step] {
        let stride = max(1, (steps.count + Self.triedSteps - 1) / Self.triedSteps)
        let smallest = steps.indices.min { steps[$0].least < steps[$1].least }
        return steps.indices.filter { $0 % stride == 0 || $0 == smallest }.map { steps[$0] }
    }
}
