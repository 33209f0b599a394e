package import ApusGraph

/// Makes one operator of a convolution, the addition of a value of the same type, and the rectifier or clip behind that, if
/// there is one: the shortcuts of residual networks.
///
/// The convolution's result must have no other reader. Depthwise convolutions stay as they are: they take no addend.
package struct FuseAdditions: Pass {
    public let name = "fuse-additions"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        let index = GraphIndex(graph)
        var absorbed = Set<Int>()
        /// For the last node of each: the convolution's node, what is added to it, and whether a rectifier follows.
        var fusions: [Int: (convolution: Node, addend: ValueID, activation: FusedActivation)] = [:]
        for (number, node) in graph.nodes.enumerated() {
            guard let sum = Self.sum(node, index) else { continue }
            absorbed.insert(sum.number)
            if let next = index.soleConsumer(of: node.results[0]),
                let activation = FusedActivation(graph.nodes[next].operation)
            {
                absorbed.insert(number)
                fusions[next] = (graph.nodes[sum.number], sum.addend, activation)
            } else {
                fusions[number] = (graph.nodes[sum.number], sum.addend, .none)
            }
        }
        guard !fusions.isEmpty else { return model }
        var rewriter = try GraphRewriter(graph, pass: self)
        for (number, node) in graph.nodes.enumerated() where !absorbed.contains(number) {
            guard let fusion = fusions[number], let convolution = fusion.convolution.operation as? Convolution2D else {
                try rewriter.keep(node)
                continue
            }
            try rewriter.replace(
                node.results,
                with: FusedConvolution2D(convolution: convolution, activation: fusion.activation, addend: true),
                rewriter[fusion.convolution.operands + [fusion.addend]])
        }
        model.graph = rewriter.finish()
        return model
    }

    /// Where `node` adds two values of one type and one of them is a convolution's, read by nobody else: the number of the
    /// convolution's node, and the other value.
    private static func sum(_ node: Node, _ index: GraphIndex) -> (number: Int, addend: ValueID)? {
        guard node.operation is Add, node.operands.count == 2 else { return nil }
        let types = node.operands.map { index.graph[$0].type }
        guard types[0] == types[1] else { return nil }
        for (operand, other) in [(node.operands[0], node.operands[1]), (node.operands[1], node.operands[0])] {
            guard operand != other, index.soleConsumer(of: operand) != nil, let number = index.number(of: operand),
                let convolution = index.graph.nodes[number].operation as? Convolution2D, convolution.groups == 1
            else { continue }
            return (number, other)
        }
        return nil
    }
}
