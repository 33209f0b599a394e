package import ApusGraph

/// Takes out nodes and constants that nothing depends on that is read from outside, and parameters too, with their
/// weights, unless they are to be kept. Inputs stay: they are what a caller hands over.
package struct RemoveDeadCode: Pass {
    public let name = "remove-dead-code"
    /// Training and evaluation plans share one block of parameters, so there each must stay in its place.
    public var keepsParameters: Bool

    public init(keepsParameters: Bool = false) { self.keepsParameters = keepsParameters }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        var live = Set(model.graph.roots)
        live.formUnion(model.graph.gradients.map(\.target))
        live.formUnion(model.graph.updates.map(\.target))
        var nodes: [Node] = []
        for node in model.graph.nodes.reversed() where node.results.contains(where: live.contains) {
            live.formUnion(node.operands)
            nodes.append(node)
        }
        model.graph.nodes = nodes.reversed()
        model.graph.constants.removeAll { !live.contains($0.value) }
        if !keepsParameters {
            for parameter in model.graph.parameters where !live.contains(parameter.value) {
                model.weights[model.graph[parameter.value].name] = nil
            }
            model.graph.parameters.removeAll { !live.contains($0.value) }
        }
        return model
    }
}
