package import ApusGraph

/// Computes in integers what a graph says to be between integers: operators whose operands were made by dequantize_linear, and whose
/// result goes into quantize_linear.
///
/// Activations are bytes with one scale and zero, weights signed bytes around zero with a scale for each output. What a layer makes is
/// the sum of the products of codes, which is exact; a sum with other codes, the activation and a pooling window behind it are computed
/// with it. Sums, pools, functions of one number, and what moves or joins elements take codes and make codes. Everything else stays in
/// f32, between ``Quantize`` and ``Dequantize``.
package struct RecognizeQuantized: Pass {
    public let name = "recognize-quantized"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        guard model.graph.nodes.contains(where: { $0.operation is DequantizeLinear }) else { return model }
        // Composites are made of operators that are known here, but those that say what are codes must stay.
        let isQuantization: @Sendable (any Operator) -> Bool = { $0 is QuantizeLinear || $0 is DequantizeLinear }
        var model = try RemoveIdentities().apply(to: ExpandCompositions(keeping: isQuantization).apply(to: model))
        var rewriting = try QuantizedRewriting(model, pass: self)
        for number in model.graph.nodes.indices { try rewriting.visit(number) }
        model.graph = rewriting.finish()
        return model
    }
}

extension QuantizedRewriting {
    /// Copies a node, or puts in its place what computes the same of codes.
    fileprivate mutating func visit(_ number: Int) throws(PassError) {
        guard !isAbsorbed(number) else { return }
        let node = graph.nodes[number]
        if try quantize(node) { return }
        if try dequantize(node) { return }
        if try takeLayer(number) { return }
        if try takeSum(number) { return }
        if try takePool(number) { return }
        if try takeFunction(number) { return }
        if try takeMove(node) { return }
        try rewriter.keep(node)
    }
}
