package import ApusGraph

/// Computes once what several calls of one operator, with the same attributes and operands, compute alike. Random
/// operators count their stream among their attributes, so two dropouts stay two.
package struct RemoveDuplicates: Pass {
    public let name = "remove-duplicates"

    public init() {}

    private struct Call: Hashable {
        var operation: String
        var attributes: [Attribute]
        var operands: [ValueID]
    }

    private struct Literal: Hashable {
        var type: TensorType
        var elements: Elements
    }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        var rewriter = try GraphRewriter(model.graph, pass: self)
        var literals: [Literal: ValueID] = [:]
        for constant in model.graph.constants {
            let literal = Literal(type: model.graph[constant.value].type, elements: constant.elements)
            if let first = literals[literal] {
                _ = rewriter.merge(constant.value, into: first)
            } else {
                literals[literal] = rewriter[constant.value]
            }
        }
        var calls: [Call: [ValueID]] = [:]
        for node in model.graph.nodes {
            let call = Call(
                operation: node.operation.name, attributes: node.operation.attributes,
                operands: rewriter[node.operands])
            if let first = calls[call], merge(node.results, into: first, &rewriter) { continue }
            try rewriter.keep(node)
            calls[call] = rewriter[node.results]
        }
        model.graph = rewriter.finish()
        return model
    }

    /// Two outputs with equal elements stay two, each under its name.
    private func merge(_ results: [ValueID], into first: [ValueID], _ rewriter: inout GraphRewriter) -> Bool {
        guard results.count == 1 || !results.contains(where: { rewriter.isOutput($0) }) else { return false }
        for (old, new) in zip(results, first) {
            guard rewriter.merge(old, into: new) else { return false }
        }
        return true
    }
}
