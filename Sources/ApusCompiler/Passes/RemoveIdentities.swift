public import ApusGraph

/// Takes out what changes nothing: a reshape or flatten to the shape that is there already, the inner ones of a chain of
/// them, adding zeros, multiplying by ones, and dropout that drops nothing.
public struct RemoveIdentities: Pass {
    public let name = "remove-identities"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        let index = GraphIndex(graph)
        let constants = Dictionary(uniqueKeysWithValues: graph.constants.map { ($0.value, $0.elements.doubles) })
        var rewriter = try GraphRewriter(graph, pass: self)
        for node in graph.nodes {
            if Self.isReshape(node.operation) {
                let origin = Self.origin(of: node.operands[0], index)
                if graph[origin].type != graph[node.results[0]].type {
                    try rewriter.replace(node.results, with: node.operation, [rewriter[origin]])
                } else if !rewriter.merge(node.results[0], into: rewriter[origin]) {
                    try rewriter.keep(node)
                }
            } else if let same = Self.unchangedOperand(node, graph, constants),
                rewriter.merge(node.results[0], into: rewriter[same])
            {
                continue
            } else {
                try rewriter.keep(node)
            }
        }
        model.graph = rewriter.finish()
        return model
    }

    private static func isReshape(_ operation: any Operator) -> Bool { operation is Reshape || operation is Flatten }

    /// The value whose elements a chain of reshapes ends up with.
    private static func origin(of value: ValueID, _ index: GraphIndex) -> ValueID {
        var origin = value
        while let node = index.producer(of: origin), isReshape(node.operation) { origin = node.operands[0] }
        return origin
    }

    /// The operand that the node's result is equal to.
    private static func unchangedOperand(
        _ node: Node, _ graph: Graph, _ constants: [ValueID: [Double]]
    ) -> ValueID? {
        let neutral: Double
        switch node.operation {
        case let dropout as DropoutTraining: return dropout.rate == 0 ? node.operands[0] : nil
        case is Add: neutral = 0
        case is Multiply: neutral = 1
        default: return nil
        }
        for (candidate, other) in [(0, 1), (1, 0)] {
            let kept = node.operands[candidate]
            guard graph[kept].type == graph[node.results[0]].type,
                let elements = constants[node.operands[other]], elements.allSatisfy({ $0 == neutral })
            else { continue }
            return kept
        }
        return nil
    }
}
