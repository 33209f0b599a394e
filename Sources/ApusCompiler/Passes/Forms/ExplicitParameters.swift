public import ApusGraph

/// Gives every call that brings parameters of its own those parameters as operands: `conv1 = conv2d(x, ...)` becomes
/// `conv1 = conv2d(x, conv1.weight, conv1.bias, ...)`.
public struct ExplicitParameters: Pass {
    public let name = "explicit-parameters"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for node in model.graph.nodes {
            let operands = rewriter[node.operands]
            let types = operands.map { rewriter.type($0) }
            let missing = Self.missing(node.operation, types)
            let stem = model.graph[node.results[0]].name
            var added: [ValueID] = []
            for parameter in missing {
                added.append(
                    try rewriter.addParameter(
                        "\(stem).\(parameter.suffix)", parameter.type, role: parameter.role,
                        initializer: parameter.initializer))
            }
            try rewriter.replace(node.results, with: node.operation, operands + added)
        }
        model.graph = rewriter.finish()
        return model
    }

    /// The last of the operator's parameters, as many as it has room for after the operands that it is given.
    private static func missing(_ operation: any Operator, _ operands: [TensorType]) -> ArraySlice<ImplicitParameter> {
        let all = operation.implicitParameters(operands)
        for first in all.indices {
            let rest = all[first...]
            if (try? operation.infer(operands + rest.map(\.type))) != nil { return rest }
        }
        return []
    }
}
