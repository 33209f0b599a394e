import Glibc

/// The gradient of ``ScaledDotProductAttention`` for query, key and value.
package struct ScaledDotProductAttentionGradient: Operator {
    public static let name = "scaled_dot_product_attention_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradients of attention for query, key and value.",
        details: """
            With `p[i, j] = exp(score[i, j] − logarithm[i])`: `dvalue[j] = Σ_i p[i, j] · dy[i]`, and with \
            `d[i, j] = scale · p[i, j] · (dy[i] · value[j] − dy[i] · y[i])`, `dquery[i] = Σ_j d[i, j] · key[j]` and \
            `dkey[j] = Σ_i d[i, j] · query[i]`, summed over the heads that share a key head: Dao et al., "FlashAttention" \
            (2022), appendix B.2.
            """,
        operands: [
            .init("dy", "the gradient of the attention's first result"), .init("query", "its query"),
            .init("key", "its key"), .init("value", "its value"), .init("y", "its first result"),
            .init("logarithms", "its second result"), .init("mask", "its mask, where it has one"),
            .init("lengths", "its lengths, where it has some"),
        ],
        attributes: AttentionLayout.attributes,
        results: [
            .init("dquery", "of the type of query"), .init("dkey", "of the type of key"),
            .init("dvalue", "of the type of value"),
        ],
        constraints: [
            .init("C1", "dy, query, key, value, y and logarithms, and optionally a mask, and optionally lengths"),
            .init("C2", "the attention takes query, key and value, and what else is given"),
            .init("C3", "dy, y and logarithms have the types of the attention's results"),
        ],
        example: "dq, dk, dv = scaled_dot_product_attention_gradient(dy, query, key, value, y, y.logarithms, heads: 8)")

    var layout: AttentionLayout

    public init(heads: Int, keyHeads: Int? = nil, scale: Double? = nil, causalOffset: Int? = nil) {
        layout = AttentionLayout(heads: heads, keyHeads: keyHeads, scale: scale, causalOffset: causalOffset)
    }
    init(_ layout: AttentionLayout) { self.layout = layout }
    public init(attributes: inout AttributeReader) throws(AttributeError) { layout = try AttentionLayout(&attributes) }
    public var attributes: [Attribute] { layout.attributes }

    /// The attention that this is the gradient of.
    public var attention: ScaledDotProductAttention { ScaledDotProductAttention(layout) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 6...8, "dy, query, key, value, y and logarithms")
        let results: [InferredType]
        do {
            results = try attention.infer(Array(operands[1..<4] + operands[6...]))
        } catch {
            throw error.relabelled("C2")
        }
        try checks.match("C3", 0, results[0].type, "the result's gradient")
        try checks.match("C3", 4, results[0].type, "the result")
        try checks.match("C3", 5, results[1].type, "the logarithms")
        return operands[1..<4].map { InferredType($0) }
    }

    /// The products of the attention again, and four more.
    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        guard let sizes = try? layout.sizes(Array(operands[1..<4]), Self.name) else { return Cost(multiplyAdds: 0) }
        return Cost(multiplyAdds: layout.heads * sizes.queries * sizes.keys * (3 * sizes.size + 2 * sizes.valueSize))
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let call = AttentionCall(layout, Array(operands[1..<4]), extras: Array(operands[6...]))
        let (dy, y, logarithms) = (operands[0].elements, operands[4].elements, operands[5])
        var gradients = results.map { [Double](repeating: 0, count: $0.reduce(1, *)) }
        call.forEachRow { row in
            let logarithm = logarithms[row.sample, row.head, row.query]
            guard logarithm > -.infinity else { return }
            let outputs = (0..<call.valueSize).map { call.outputOffset(row, $0) }
            let whole = outputs.reduce(0) { $0 + dy[$1] * y[$1] }
            for (key, score) in call.scores(row).enumerated() {
                let probability = exp(score - logarithm)
                var product = 0.0
                for element in 0..<call.valueSize {
                    let offset = call.valueOffset(row, key, element)
                    gradients[2][offset] += probability * dy[outputs[element]]
                    product += dy[outputs[element]] * call.value(row, key, element)
                }
                let slope = call.scale * probability * (product - whole)
                for element in 0..<call.size {
                    gradients[0][call.queryOffset(row, element)] += slope * call.key(row, key, element)
                    gradients[1][call.keyOffset(row, key, element)] += slope * call.query(row, element)
                }
            }
        }
        return zip(results, gradients).map { Tensor(shape: $0, elements: $1) }
    }
}
