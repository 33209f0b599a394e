import ApusGraph

/// When each node of a graph runs.
struct Stages {
    enum Stage {
        /// Once a run, before the body.
        case prologue
        /// For each sample.
        case body
        /// Once a run, in the midst of the body: when all samples have come so far.
        case combination
        /// Once a run, after the body.
        case epilogue
    }

    /// For each node.
    private(set) var nodes: [Stage] = []
    /// Whether a part of the body needs a sum over all samples, so that their shards have to wait for each other in its midst.
    private(set) var couplesSamples = false
    private var isReduced: [Bool]

    /// Work on samples is the body's. What depends on nothing but parameters and constants is done before it, what depends on
    /// sums over samples after it, or in its midst where the body needs it. O(nodes).
    init(_ context: LoweringContext) {
        let graph = context.graph
        let samples = context.samples
        isReduced = [Bool](repeating: false, count: graph.values.count)
        for site in context.sites {
            let touchesSamples = (site.operands + site.results).contains { samples.isDynamic($0) }
            let readsReduced = site.operands.contains { isReduced[$0.index] }
            if touchesSamples {
                nodes.append(.body)
                if readsReduced || samples.isCut && site.rule.combinesSamples { couplesSamples = true }
            } else {
                nodes.append(readsReduced ? .epilogue : .prologue)
            }
            if touchesSamples || readsReduced {
                for result in site.results where !samples.isDynamic(result) { isReduced[result.index] = true }
            }
        }
        var isNeeded = [Bool](repeating: false, count: graph.values.count)
        for (number, node) in graph.nodes.enumerated().reversed() {
            if nodes[number] == .epilogue, node.results.contains(where: { isNeeded[$0.index] }) {
                nodes[number] = .combination
            }
            guard nodes[number] == .body || nodes[number] == .combination else { continue }
            for operand in node.operands { isNeeded[operand.index] = true }
        }
    }

    /// Whether the value is a sum over samples, or depends on nothing of the samples but such sums.
    func isReduced(_ value: ValueID) -> Bool { isReduced[value.index] }
}
