package import ApusGraph

/// Puts the operators that a composite operator stands for in its place, and goes on until none is left.
package struct ExpandCompositions: Pass {
    public let name = "expand-compositions"

    /// Whether an operator is left as it is.
    private let keeps: @Sendable (any Operator) -> Bool

    public init() { self.init { _ in false } }

    /// - Parameter keeps: whether an operator is left as it is.
    init(keeping keeps: @escaping @Sendable (any Operator) -> Bool) { self.keeps = keeps }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        while model.graph.nodes.contains(where: { composite($0) != nil }) {
            model.graph = try expanded(model.graph)
        }
        return model
    }

    private func composite(_ node: Node) -> (any CompositeOperator)? {
        keeps(node.operation) ? nil : node.operation.asComposite
    }

    private func expanded(_ graph: Graph) throws(PassError) -> Graph {
        var rewriter = try GraphRewriter(graph, pass: self)
        for node in graph.nodes {
            guard let composite = composite(node) else {
                try rewriter.keep(node)
                continue
            }
            let results = try rewriter.compose(composite, node)
            for (old, new) in zip(node.results, results) { rewriter.substitute(new, for: old) }
        }
        return rewriter.finish()
    }
}
