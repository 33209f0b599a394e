import Glibc

/// Attention of all heads of a batch: what attention and multi_head_attention are composed of.
public struct ScaledDotProductAttention: Operator {
    public static let name = "scaled_dot_product_attention"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Weighs values by the products of queries and keys, for each head.",
        details: """
            With `score[i, j] = scale · Σ_e query[i, e] · key[j, e] + mask[i, j]` for each head of each sample, \
            `y[i] = Σ_j exp(score[i, j]) · value[j] / Σ_j exp(score[i, j])`: Vaswani et al., "Attention Is All You Need" \
            (2017), section 3.2.1. `j` runs over the keys that query i sees: those before the sample's length, and with `causal` \
            those up to i + causal_offset. A row that sees none is zero. A row has the elements of its first head, then of its \
            second, and so on. No gradient flows to the mask, nor through the logarithms.
            """,
        operands: [
            .init("query", "f32[N, T, heads × size]"), .init("key", "f32[N, S, key_heads × size]"),
            .init("value", "f32[N, S, key_heads × value size]"),
            .init("mask", "f32[N, heads, T, S], 1 where it is the same; may be left out"),
            .init("lengths", "i32[N], how many of the keys count; may be left out"),
        ],
        attributes: AttentionLayout.attributes,
        results: [
            .init("y", "f32[N, T, heads × value size]"),
            .init("logarithms", "f32[N, heads, T], ln Σ_j exp(score[i, j]); -inf where no key is seen"),
        ],
        constraints: AttentionLayout.constraints + [
            .init("C6", "the mask is f32[N, heads, T, S], or has 1 in place of some of these"),
            .init("C7", "lengths are i32[N]"),
        ],
        example: "y, y.logarithms = scaled_dot_product_attention(query, key, value, heads: 8)")

    var layout: AttentionLayout

    /// - Parameters:
    ///   - scale: 1 / sqrt(size of a head) where it is nil.
    ///   - causalOffset: where it is given, query `i` sees only the keys up to `i + causalOffset`.
    public init(heads: Int, keyHeads: Int? = nil, scale: Double? = nil, causalOffset: Int? = nil) {
        layout = AttentionLayout(heads: heads, keyHeads: keyHeads, scale: scale, causalOffset: causalOffset)
    }
    init(_ layout: AttentionLayout) { self.layout = layout }
    public init(attributes: inout AttributeReader) throws(AttributeError) { layout = try AttentionLayout(&attributes) }
    public var attributes: [Attribute] { layout.attributes }

    public var heads: Int { layout.heads }
    public var keyHeads: Int { layout.keyHeads }
    public var isCausal: Bool { layout.isCausal }
    public var causalOffset: Int { layout.causalOffset }
    /// What the products are multiplied by, for a query of this type.
    public func scale(query: TensorType) -> Double {
        layout.scale ?? 1 / (Double(query.dimensions[2].number ?? layout.heads) / Double(layout.heads)).squareRoot()
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let sizes = try layout.sizes(operands, Self.name)
        _ = try layout.extras(operands, from: 3, sizes, Self.name, count: "C1", mask: "C6", lengths: "C7")
        return [
            InferredType(
                TensorType(.f32, [sizes.batch, .fixed(sizes.queries), .fixed(heads * sizes.valueSize)]),
                derivations: [nil, nil, "\(heads) × \(sizes.valueSize)"]),
            InferredType(TensorType(.f32, [sizes.batch, .fixed(heads), .fixed(sizes.queries)])),
        ]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        let (operands, results) = (context.node.operands, context.node.results)
        var gradients = [ValueID?](repeating: nil, count: operands.count)
        let place = context.editor.graph[results[0]].name
        guard context.resultGradients[1] == nil else {
            throw GraphError(
                place: place, message: "\(Self.name) has no gradient for its logarithms",
                remedy: "let the loss depend on the first result alone")
        }
        guard !context.needed.dropFirst(3).contains(true) else {
            throw GraphError(
                place: place, message: "attention has no gradient for its mask",
                remedy: "add what is trained to the products: matmul, add, softmax, matmul")
        }
        guard let dy = context.resultGradients[0], context.needed.contains(true) else { return gradients }
        let three = try context.emit(
            ScaledDotProductAttentionGradient(layout), [dy] + operands.prefix(3) + results + operands.dropFirst(3),
            gradientsOf: [0, 1, 2])
        for (index, gradient) in three.enumerated() { gradients[index] = gradient }
        return gradients
    }

    /// Every product with a key, and every weighted value, also of those that a query doesn't see.
    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        guard let sizes = try? layout.sizes(operands, Self.name) else { return Cost(multiplyAdds: 0) }
        return Cost(multiplyAdds: heads * sizes.queries * sizes.keys * (sizes.size + sizes.valueSize))
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let call = AttentionCall(layout, operands, extras: Array(operands.dropFirst(3)))
        var (y, logarithms) = (Tensor(shape: results[0]), Tensor(shape: results[1], repeating: -.infinity))
        call.forEachRow { row in
            let scores = call.scores(row)
            guard let maximum = scores.max(), maximum > -.infinity else { return }
            let weights = scores.map { exp($0 - maximum) }
            let sum = weights.reduce(0, +)
            logarithms[row.sample, row.head, row.query] = maximum + log(sum)
            for (key, weight) in weights.enumerated() {
                for element in 0..<call.valueSize {
                    y[row.sample, row.query, row.head * call.valueSize + element] +=
                        weight / sum * call.value(row, key, element)
                }
            }
        }
        return [y, logarithms]
    }
}
