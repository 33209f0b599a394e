package import ApusGraph

/// Moves a batch norm that stands behind a convolution or a dense layer into that layer's weight and bias:
/// `(w · x + b − mean) · scale / σ + shift = (w · scale / σ) · x + ((b − mean) · scale / σ + shift)`.
///
/// The new weight and bias are computed by a `fold_batch_norm` in the graph, which ``FoldConstants`` then evaluates.
/// Only for inference: in training the statistics are those of the batch.
package struct FoldBatchNorms: Pass {
    public let name = "fold-batch-norm"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let index = GraphIndex(model.graph)
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for (number, node) in model.graph.nodes.enumerated() {
            if Self.layer(node) != nil, let next = index.soleConsumer(of: node.results[0]),
                model.graph.nodes[next].operation is BatchNorm, model.graph.nodes[next].operands[0] == node.results[0]
            {
                // It is put in where the batch norm stands.
                continue
            }
            guard let norm = node.operation as? BatchNorm, let producer = index.producer(of: node.operands[0]),
                let layer = Self.layer(producer), index.soleConsumer(of: node.operands[0]) == number
            else {
                try rewriter.keep(node)
                continue
            }
            let weight = rewriter[producer.operands[1]]
            let stem = model.graph[producer.results[0]].name
            let bias: ValueID
            if producer.operands.count > 2 {
                bias = rewriter[producer.operands[2]]
            } else {
                bias = try rewriter.addConstant(
                    rewriter.freshName("\(stem).zeros"), TensorType(.f32, [.fixed(layer.outputs)]),
                    elements: .numbers(Array(repeating: 0, count: layer.outputs)))
            }
            let folded = try rewriter.apply(
                FoldBatchNorm(epsilon: norm.epsilon),
                to: [weight, bias] + rewriter[Array(node.operands.dropFirst())],
                names: ["weight", "bias"].map { rewriter.freshName("\(stem).\($0).folded") })
            try rewriter.replace(
                node.results, with: layer.operation, [rewriter[producer.operands[0]], folded[0], folded[1]])
        }
        model.graph = rewriter.finish()
        return model
    }

    /// A layer that can take a batch norm in: its operator with a bias, and how many outputs or channels it has.
    private static func layer(_ node: Node) -> (operation: any Operator, outputs: Int)? {
        switch node.operation {
        case var convolution as Convolution2D:
            convolution.bias = true
            return (convolution, convolution.filters)
        case var dense as Dense:
            dense.bias = true
            return (dense, dense.units)
        default: return nil
        }
    }
}
