package import ApusGraph

/// Makes one operator of a convolution or dense layer and what stands behind it: a rectifier, and for convolutions also a clip, and a
/// max-pool whose windows lie side by side, in either order, because the maximum of the rectified is the rectified maximum.
///
/// What lies in between must have no other reader; the result keeps the name of the last of them.
package struct FuseConvolutions: Pass {
    public let name = "fuse-convolutions"

    public init() {}

    /// The operator that computes a layer and the nodes behind it, and the first node's operands.
    private struct Fusion {
        var operation: any Operator
        var operands: [ValueID]
    }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let index = GraphIndex(model.graph)
        var fusions: [Int: Fusion] = [:]
        var absorbed = Set<Int>()
        for (number, node) in model.graph.nodes.enumerated() {
            let members: [Int]
            let operation: any Operator
            switch node.operation {
            case let convolution as Convolution2D:
                let tail = Self.tail(node, index)
                members = [number] + tail.nodes
                operation = FusedConvolution2D(
                    convolution: convolution, activation: tail.activation, pool: tail.pool, argmax: false)
            case let dense as Dense:
                guard let relu = Self.next(node, index, Relu.self) else { continue }
                members = [number, relu.number]
                operation = FusedDense(dense: dense, activation: .relu)
            case var dense as BlockDense:
                guard dense.activation == .none, let relu = Self.next(node, index, Relu.self) else { continue }
                members = [number, relu.number]
                dense.activation = .relu
                operation = dense
            default: continue
            }
            guard members.count > 1, let last = members.last else { continue }
            fusions[last] = Fusion(operation: operation, operands: node.operands)
            absorbed.formUnion(members.dropLast())
        }
        guard !fusions.isEmpty else { return model }
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for (number, node) in model.graph.nodes.enumerated() where !absorbed.contains(number) {
            if let fusion = fusions[number] {
                try rewriter.replace(node.results, with: fusion.operation, rewriter[fusion.operands])
            } else {
                try rewriter.keep(node)
            }
        }
        model.graph = rewriter.finish()
        return model
    }

    /// The only reader of the node's result, where it is a call of that operator.
    private static func next<Operation: Operator>(
        _ node: Node, _ index: GraphIndex, _: Operation.Type
    ) -> (number: Int, node: Node, operation: Operation)? {
        guard let number = index.soleConsumer(of: node.results[0]) else { return nil }
        let next = index.graph.nodes[number]
        return (next.operation as? Operation).map { (number, next, $0) }
    }

    private static func nextPool(_ node: Node, _ index: GraphIndex) -> (number: Int, node: Node, window: [Int])? {
        guard let pool = next(node, index, MaxPool2D.self),
            pool.operation.isFusable(over: index.graph[node.results[0]].type)
        else { return nil }
        return (pool.number, pool.node, pool.operation.window)
    }

    /// The only reader of the node's result, where it is an activation that convolutions take in.
    private static func nextActivation(
        _ node: Node, _ index: GraphIndex
    ) -> (number: Int, node: Node, activation: FusedActivation)? {
        guard let number = index.soleConsumer(of: node.results[0]),
            let activation = FusedActivation(index.graph.nodes[number].operation)
        else { return nil }
        return (number, index.graph.nodes[number], activation)
    }

    /// What can be computed together with a convolution, in order.
    private static func tail(
        _ node: Node, _ index: GraphIndex
    ) -> (nodes: [Int], activation: FusedActivation, pool: [Int]?) {
        if let next = nextActivation(node, index) {
            guard let pool = nextPool(next.node, index) else { return ([next.number], next.activation, nil) }
            return ([next.number, pool.number], next.activation, pool.window)
        }
        guard let pool = nextPool(node, index) else { return ([], .none, nil) }
        guard let next = nextActivation(pool.node, index) else { return ([pool.number], .none, pool.window) }
        return ([pool.number, next.number], next.activation, pool.window)
    }
}

extension FusedActivation {
    /// What an operator computes, where it is an activation that convolutions take in.
    init?(_ operation: any Operator) {
        switch operation {
        case is Relu: self = .relu
        case let clip as Clip where clip.minimum <= clip.maximum:
            self = .clip(minimum: clip.minimum, maximum: clip.maximum)
        default: return nil
        }
    }
}
