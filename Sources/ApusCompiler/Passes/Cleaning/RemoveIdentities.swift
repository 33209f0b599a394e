package import ApusGraph

/// Takes out what changes nothing: a reshape to the shape that is there already, the inner ones of a chain of them, and what
/// says of itself that it leaves an operand as it is, as adding zeros does, or dropout that drops nothing.
package struct RemoveIdentities: Pass {
    public let name = "remove-identities"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        let constants = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.value, $0.elements) })
        var rewriter = try GraphRewriter(graph, pass: self)
        // The value whose elements a chain of reshapes ends up with; of other values themselves.
        var origins = graph.values.indices.map(ValueID.init)
        for node in graph.nodes {
            let result = node.results[0]
            if node.operation.isReshape {
                let origin = origins[node.operands[0].index]
                origins[result.index] = origin
                let type = graph[result].type
                if graph[origin].type != type {
                    // Attributes that are relative to the operand's shape may mean another one for the origin's.
                    let fits = (try? node.operation.infer([graph[origin].type]).first?.type) == type
                    let operation: any Operator = fits ? node.operation : Reshape(whole: type.dimensions)
                    try rewriter.replace(node.results, with: operation, [rewriter[origin]])
                } else if !rewriter.merge(result, into: rewriter[origin]) {
                    try rewriter.keep(node)
                }
            } else if let same = Self.unchangedOperand(node, graph, constants),
                rewriter.merge(result, into: rewriter[same])
            {
                continue
            } else {
                try rewriter.keep(node)
            }
        }
        model.graph = rewriter.finish()
        return model
    }

    /// The operand that the node's result is equal to.
    private static func unchangedOperand(
        _ node: Node, _ graph: Graph, _ constants: [ValueID: Elements]
    ) -> ValueID? {
        let candidates = node.operation.unchangedOperands(node.operands.map { constants[$0] })
        return candidates.lazy.map { node.operands[$0] }.first { graph[$0].type == graph[node.results[0]].type }
    }
}
