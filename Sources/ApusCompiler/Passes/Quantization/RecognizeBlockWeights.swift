package import ApusGraph

/// Lets dense layers on numbers of f32 read their weights as the codes that these are made of: ``BlockDense`` in the place of dense and
/// dequantize_linear.
///
/// Where bytes of weights take the time, a quarter of them, or an eighth, takes a half of it or less. Behind ``RecognizeQuantized``, which
/// takes the layers whose inputs are codes too.
package struct RecognizeBlockWeights: Pass {
    public let name = "recognize-block-weights"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        guard model.graph.nodes.contains(where: { $0.operation is DequantizeLinear }) else { return model }
        let known = QuantizedValues(model)
        var layers: [Int: BlockWeights] = [:]
        for (number, node) in model.graph.nodes.enumerated() {
            guard node.operation is Dense, node.operands.count > 1, !known.pattern.fixed.contains(node.operands[0])
            else { continue }
            layers[number] = BlockWeights(node.operands[1], known)
        }
        guard !layers.isEmpty else { return model }
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for (number, node) in model.graph.nodes.enumerated() {
            guard let weights = layers[number], let dense = node.operation as? Dense else {
                try rewriter.keep(node)
                continue
            }
            let name = model.graph[node.results[0]].name
            let inputs = rewriter.type(rewriter[node.operands[0]]).dimensions[1].number ?? 1
            let blocks = (inputs + weights.block - 1) / weights.block
            let operands = [
                rewriter[node.operands[0]],
                try rewriter.place(weights.codes, "\(name).codes", TensorType(.i8, shape: [dense.units, inputs])),
                try rewriter.place(weights.scales, "\(name).scales", TensorType(.f32, shape: [dense.units, blocks])),
            ]
            try rewriter.replace(
                node.results, with: BlockDense(units: dense.units, bias: dense.bias, block: weights.block),
                operands + rewriter[Array(node.operands.dropFirst(2))])
        }
        var model = model
        model.graph = rewriter.finish()
        return model
    }
}

extension GraphRewriter {
    /// The matrix as a value of the new graph.
    fileprivate mutating func place(
        _ matrix: BlockWeights.Matrix, _ name: String, _ type: TensorType
    ) throws(PassError) -> ValueID {
        switch matrix {
        case .value(let value): self[value]
        case .elements(let elements): try addConstant(freshName(name), type, elements: elements)
        }
    }
}
