package import ApusGraph

/// Puts the operators that a composite operator stands for in its place, and goes on until none is left.
package struct ExpandCompositions: Pass {
    public let name = "expand-compositions"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        while model.graph.nodes.contains(where: { $0.operation.asComposite != nil }) {
            model.graph = try expanded(model.graph)
        }
        return model
    }

    private func expanded(_ graph: Graph) throws(PassError) -> Graph {
        var rewriter = try GraphRewriter(graph, pass: self)
        for node in graph.nodes {
            guard let composite = node.operation.asComposite else {
                try rewriter.keep(node)
                continue
            }
            let results = try rewriter.compose(composite, node)
            for (old, new) in zip(node.results, results) { rewriter.substitute(new, for: old) }
        }
        return rewriter.finish()
    }
}
