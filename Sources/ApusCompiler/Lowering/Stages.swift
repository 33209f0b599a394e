import ApusGraph

/// When each node of a graph runs.
struct Stages {
    enum Stage { case prologue, body, epilogue }

    /// For each node.
    var nodes: [Stage] = []
    /// Whether a part of the body needs a sum over all samples, so that a batch can't be cut.
    var couplesSamples = false

    /// Work on samples is the body's. What depends on nothing but parameters and constants is done before it, what depends on
    /// sums over samples after it; unless the body itself needs such a sum (batch norm in training). O(nodes).
    init(_ graph: Graph, _ samples: SampleShapes) {
        var isReduced = [Bool](repeating: false, count: graph.values.count)
        for node in graph.nodes {
            let touchesSamples = (node.operands + node.results).contains { samples.isDynamic($0) }
            let readsReduced = node.operands.contains { isReduced[$0.index] }
            if touchesSamples {
                nodes.append(.body)
                if readsReduced { couplesSamples = true }
            } else {
                nodes.append(readsReduced ? .epilogue : .prologue)
            }
            if touchesSamples || readsReduced {
                for result in node.results where !samples.isDynamic(result) { isReduced[result.index] = true }
            }
        }
    }
}
