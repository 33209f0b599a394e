public import ApusGraph

/// Refuses a graph that mixes samples, before it becomes one that trains: gradients are sums over samples, each of which is computed
/// by itself.
///
/// Sums over samples do not count, those of batch norm among them: they are made as gradients are. The graph stays as it is.
public struct RequireSamples: Pass {
    public let name = "require-samples"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        // What a composition mixes is told by its parts.
        let graph = try ExpandCompositions().apply(to: model).graph
        guard let symbol = graph.batchSymbol, let value = graph.valueMixingSamples(of: symbol, trains: true) else {
            return model
        }
        throw PassError(
            pass: name, place: graph[value].name,
            message: "it depends on several samples at once, and a training step computes each sample by itself",
            remedy: "keep \(symbol) the first dimension of all that is made of the inputs")
    }
}
