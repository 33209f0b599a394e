package import ApusGraph

/// Computes what is known of shapes before anything runs: calls that take a shape as an operand get it as an attribute, and
/// small integer values whose elements are numbers become constants.
///
/// `shape` of a value without a batch is such a value, and so is all arithmetic on it. What a symbol is in stays as it is; dead
/// code goes where nothing but resolved calls read it.
package struct ResolveShapes: Pass {
    public let name = "resolve-shapes"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        let known = KnownValues(graph)
        var rewriter = try GraphRewriter(graph, pass: self)
        for node in graph.nodes {
            let isConstant = node.results.allSatisfy { known[$0]?.numbers != nil && !graph.outputs.contains($0) }
            if isConstant {
                for result in node.results {
                    let type = graph[result].type
                    let constant = try rewriter.addConstant(
                        graph[result].name, type, elements: .integers(known[result]?.numbers ?? []))
                    rewriter.substitute(constant, for: result)
                }
            } else if let call = try resolved(node, graph, known) {
                try rewriter.replace(
                    node.results, with: call.operation, rewriter[call.operands.map { node.operands[$0] }])
            } else {
                try rewriter.keep(node)
            }
        }
        model.graph = rewriter.finish()
        return model
    }

    private func resolved(
        _ node: Node, _ graph: Graph, _ known: KnownValues
    ) throws(PassError) -> ResolvedCall? {
        do throws(ConstraintViolation) {
            return try node.operation.resolving(
                node.operands.map { graph[$0].type }, known: node.operands.map { known[$0] })
        } catch {
            let place = graph[node.results[0]].name
            throw PassError(
                pass: name,
                GraphError(place: place, message: error.message, remedy: error.remedy, label: error.label))
        }
    }
}
