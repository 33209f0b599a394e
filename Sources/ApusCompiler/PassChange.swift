public import ApusGraph

/// What a pass of a pipeline changed: which operators there are fewer and more of behind it.
public struct PassChange: Sendable, Equatable {
    /// How many calls of an operator.
    public struct Count: Sendable, Equatable {
        public var operation: String
        public var count: Int
    }

    /// The name by which the pipeline knows the pass.
    public var pass: String
    /// Calls that are gone, by operator.
    public var removed: [Count] = []
    /// Calls that have come, by operator.
    public var added: [Count] = []
    /// Nodes, parameters and constants behind the pass.
    public var nodes: Int
    public var parameters: Int
    public var constants: Int
    /// Whether anything is different, be it within a call.
    public var hasChanged: Bool

    init(_ pass: String, from before: Graph, to after: Graph) {
        self.pass = pass
        nodes = after.nodes.count
        parameters = after.parameters.count
        constants = after.constants.count
        hasChanged = before != after
        var difference: [String: Int] = [:]
        for node in before.nodes { difference[node.operation.name, default: 0] -= 1 }
        for node in after.nodes { difference[node.operation.name, default: 0] += 1 }
        for (operation, count) in difference.sorted(by: { $0.key < $1.key }) where count != 0 {
            if count < 0 {
                removed.append(Count(operation: operation, count: -count))
            } else {
                added.append(Count(operation: operation, count: count))
            }
        }
    }

    /// `3 conv2d, 3 batch_norm become 3 fused_conv2d`.
    public var text: String {
        func list(_ counts: [Count]) -> String { counts.map { "\($0.count) \($0.operation)" }.joined(separator: ", ") }
        switch (removed.isEmpty, added.isEmpty) {
        case (false, false): return "\(list(removed)) become \(list(added))"
        case (false, true): return "\(list(removed)) taken out"
        case (true, false): return "\(list(added)) put in"
        case (true, true): return hasChanged ? "changes within nodes" : "nothing to do"
        }
    }
}

extension Pipeline {
    /// Runs the passes, and says of each what it changed.
    public func changes(of model: Model) throws(PassError) -> [PassChange] {
        var changes: [PassChange] = []
        var before = model.graph.compacted()
        _ = try run(model) { pass, graph in
            changes.append(PassChange(pass, from: before, to: graph))
            before = graph
        }
        return changes
    }
}
