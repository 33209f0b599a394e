package import ApusGraph

/// Computes values of the forward pass another time where the backward pass reads them, so that they need no memory from one to the
/// other: Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear Memory Cost" (2016), section 3.
///
/// A call that makes such a value is repeated right before the first node of the backward pass that reads it, and so are the calls that
/// its operands need, back to what is kept. Repeated calls are the same operators on the same elements, and what draws random numbers
/// has its stream among its attributes: so they give the same bits. No ``RemoveDuplicates`` may come later.
package struct ComputeAgain: Pass {
    public let name = "compute-again"
    /// The names of the values that are computed again.
    package var values: Set<String>

    package init(_ values: Set<String>) { self.values = values }

    public func apply(to model: Model) throws(PassError) -> Model {
        let known = RepeatableValues(model.graph)
        let dropped = Set(known.kept.filter { values.contains(model.graph[$0].name) })
        return try Self.repeating(RepeatedCalls(of: dropped, known), known, in: model).model
    }

    /// The model with repeated calls, and for the name of each repeated call's first result that of the original.
    static func repeating(
        _ calls: RepeatedCalls, _ known: RepeatableValues, in model: Model
    ) throws(PassError) -> (model: Model, originals: [String: String]) {
        let graph = model.graph
        var model = model
        var originals: [String: String] = [:]
        var rewriter = try GraphRewriter(graph, pass: Self([]))
        var repeated: [ValueID: ValueID] = [:]
        for (number, node) in graph.nodes.enumerated() {
            for call in calls.before[number] ?? [] {
                let original = graph.nodes[call]
                let (operation, operands, results) = repeatedCall(original)
                let names = results.map { rewriter.freshName("\(graph[$0].name).again") }
                let made = try rewriter.apply(
                    operation, to: operands.map { repeated[$0] ?? rewriter[$0] }, names: names)
                for (old, new) in zip(results, made) where calls.replaces(old) { repeated[old] = new }
                originals[names[0]] = graph[results[0]].name
            }
            if number <= known.boundary {
                try rewriter.keep(node)
            } else {
                let operands = node.operands.map { repeated[$0] ?? rewriter[$0] }
                try rewriter.replace(node.results, with: node.operation, operands)
            }
        }
        model.graph = rewriter.finish()
        return (model, originals)
    }

    private static func repeatedCall(
        _ node: Node
    ) -> (operation: any Operator, operands: [ValueID], results: [ValueID]) {
        switch node.operation.repeatedForm {
        case .same: (node.operation, node.operands, node.results)
        case .ofSums(let operation): (operation, node.operands + node.results.dropFirst(), [node.results[0]])
        }
    }
}
