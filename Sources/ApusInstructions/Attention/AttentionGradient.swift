extension Opcode {
    /// `output gradient, query, key, value, mask?, lengths?, output, logarithms, query gradient, key gradient, value gradient,
    /// scratch` · ``AttentionGradientParameters``
    package static let attentionGradient = Opcode(rawValue: 162)
}

/// The gradient of attention to its query, key and value; the mask has none. The probabilities `p` are computed again from the
/// logarithms (Dao et al., "FlashAttention" (2022), appendix B.2), with `g` for the output gradient:
///
///     value gradient[j] = Σ_i p[i, j] · g[i]    d[i, j] = scale · p[i, j] · (g[i] · value[j] − g[i] · output[i])
///     query gradient[i] = Σ_j d[i, j] · key[j]    key gradient[j] = Σ_i d[i, j] · query[i]
///
/// Heads that share a key head are added in order. Keys that no row sees have gradient 0.
package struct AttentionGradientParameters: Sendable, BitwiseCopyable {
    package var forward: AttentionParameters
    package var outputGradient: HeadLayout
    package var queryGradient: HeadLayout
    package var keyGradient: HeadLayout
    package var valueGradient: HeadLayout

    /// Gradients lie like what they are the gradients of.
    package init(_ forward: AttentionParameters) {
        self.forward = forward
        outputGradient = forward.output
        queryGradient = forward.query
        keyGradient = forward.key
        valueGradient = forward.value
    }
}

/// The definition of **attentionGradient**.
package struct AttentionGradientInstruction: InstructionDefinition {
    package static let opcode = Opcode.attentionGradient
    package static let name = "attentionGradient"

    private let fields: AttentionGradientParameters
    private let checked: CheckedAttention
    private let outputGradient: MatrixExtent
    private let queryGradient: MatrixExtent
    private let keyGradient: MatrixExtent
    private let valueGradient: MatrixExtent

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        fields = try parameters.load(AttentionGradientParameters.self)
        let forward = fields.forward
        checked = try CheckedAttention(forward, lanes: lanes)
        outputGradient = try CheckedAttention.head(
            "output gradient", fields.outputGradient, heads: forward.heads, rows: forward.queries,
            size: forward.valueSize)
        queryGradient = try CheckedAttention.head(
            "query gradient", fields.queryGradient, heads: forward.heads, rows: forward.queries, size: forward.size)
        keyGradient = try CheckedAttention.head(
            "key gradient", fields.keyGradient, heads: forward.keyHeads, rows: forward.keys, size: forward.size)
        valueGradient = try CheckedAttention.head(
            "value gradient", fields.valueGradient, heads: forward.keyHeads, rows: forward.keys,
            size: forward.valueSize)
    }

    /// Scores and probabilities are computed again, and three gradients of them.
    package func steps(samples: Int) -> Int? { turns(3, checked.steps(samples: samples)) }

    package func operands(samples: Int) -> [OperandExtent] {
        let forward = fields.forward
        var logarithms = checked.logarithms(samples: samples, access: .read)
        logarithms.isOptional = false
        return [
            outputGradient.operand(samples: samples, sampleStride: fields.outputGradient.sampleStride, access: .read),
            checked.query.operand(samples: samples, sampleStride: forward.query.sampleStride, access: .read),
            checked.key.operand(samples: samples, sampleStride: forward.key.sampleStride, access: .read),
            checked.value.operand(samples: samples, sampleStride: forward.value.sampleStride, access: .read),
            checked.maskOperand(samples: samples),
            checked.lengths(samples: samples),
            checked.output.operand(samples: samples, sampleStride: forward.output.sampleStride, access: .read),
            logarithms,
            queryGradient.operand(samples: samples, sampleStride: fields.queryGradient.sampleStride, access: .write),
            keyGradient.operand(samples: samples, sampleStride: fields.keyGradient.sampleStride, access: .write),
            valueGradient.operand(samples: samples, sampleStride: fields.valueGradient.sampleStride, access: .write),
            checked.scratch(isGradient: true),
        ]
    }
}
