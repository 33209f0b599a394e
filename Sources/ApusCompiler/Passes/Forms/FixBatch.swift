public import ApusGraph

/// Gives the batch its number where samples are mixed: such a graph can't be cut over them, so that its plan takes exactly one
/// batch, whole.
///
/// What is known of shapes then is resolved again. Graphs that keep samples apart stay as they are.
public struct FixBatch: Pass {
    public let name = "fix-batch"
    /// Samples of the batch.
    public var batch: Int

    public init(_ batch: Int) { self.batch = batch }

    public func apply(to model: Model) throws(PassError) -> Model {
        guard let symbol = model.graph.batchSymbol, model.graph.valueMixingSamples(of: symbol) != nil else {
            return model
        }
        let number: [String: Dimension] = [symbol: .fixed(batch)]
        var graph = model.graph
        for input in graph.inputs { graph[input].type = graph[input].type.replacing(number) }
        var rewriter = try GraphRewriter(graph, pass: self)
        for node in graph.nodes {
            try rewriter.replace(node.results, with: try fixed(node, number, graph), rewriter[node.operands])
        }
        var fixed = model
        fixed.graph = rewriter.finish()
        return try ResolveShapes().apply(to: fixed)
    }

    private func fixed(
        _ node: Node, _ number: [String: Dimension], _ graph: Graph
    ) throws(PassError) -> any Operator {
        do {
            return try node.operation.replacing(number)
        } catch {
            throw PassError(
                pass: name, place: graph[node.results[0]].name, message: error.message, remedy: error.remedy)
        }
    }
}
