/// The weight and bias of a layer that has the batch norm behind it built in.
package struct FoldBatchNorm: Operator {
    public static let name = "fold_batch_norm"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Builds a batch norm into the layer before it.",
        details: """
            With `f = scale / sqrt(variance + epsilon)` for each output: `weight' = weight · f` and \
            `bias' = (bias − mean) · f + shift`.
            """,
        operands: [
            .init("weight", "f32[O, ...] of a conv2d or dense"), .init("bias", "f32[O], the layer's"),
            .init("scale", "f32[O]"), .init("shift", "f32[O], the batch norm's bias"), .init("mean", "f32[O]"),
            .init("variance", "f32[O]"),
        ],
        attributes: [.init("epsilon", "added to the variance; 1e-5")],
        results: [.init("weight'", "f32 of the weight's shape"), .init("bias'", "f32[O]")],
        constraints: [
            .init("C1", "six operands"), .init("C2", "weight is f32[O, ...] with numbers for all dimensions"),
            .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
            .init("C4", "the other operands are f32[O]"),
        ],
        example: "conv1.weight.folded, conv1.bias.folded = fold_batch_norm(conv1.weight, conv1.bias, norm1.scale, "
            + "norm1.bias, norm1.mean, norm1.variance)")

    public var epsilon: Double
    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }
    public var attributes: [Attribute] { ChannelNormalization.attribute(epsilon) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 6...6, "weight, bias, scale, shift, mean and variance")
        let weight = operands[0]
        guard weight.elementType == .f32, weight.rank >= 1, !weight.isBatched, weight.sampleShape != nil else {
            throw ConstraintViolation(
                "C2", "\(weight) is not the weight of a layer", remedy: "give it f32[outputs, ...]", at: .operand(0))
        }
        try ChannelNormalization.check(epsilon)
        let vector = TensorType(.f32, [weight.dimensions[0]])
        for index in 1...5 { try checks.match("C4", index, vector, "operand \(index + 1)") }
        return [InferredType(weight), InferredType(vector)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        var weight = operands[0]
        let factors = factors(Array(operands.dropFirst()))
        let filter = weight.shape.dropFirst().reduce(1, *)
        for index in weight.elements.indices { weight.elements[index] *= factors[index / filter] }
        return [weight, bias(Array(operands.dropFirst()), factors)]
    }

    public func evaluate(
        weight: [Float], shape: [Int], _ others: [Tensor]
    ) -> (weight: [Float], others: [Tensor])? {
        let factors = factors(others)
        let filter = factors.isEmpty ? 0 : weight.count / factors.count
        let folded = unsafe [Float](unsafeUninitializedCapacity: weight.count) { result, count in
            for (output, factor) in factors.enumerated() {
                for index in output * filter..<(output + 1) * filter {
                    unsafe result.initializeElement(at: index, to: Float(Double(weight[index]) * factor))
                }
            }
            count = filter * factors.count
        }
        return (folded, [bias(others, factors)])
    }

    /// What each output is multiplied by.
    ///
    /// - Parameter others: the operands after the weight.
    private func factors(_ others: [Tensor]) -> [Double] {
        zip(others[1].elements, others[4].elements).map { $0 / ($1 + epsilon).squareRoot() }
    }

    private func bias(_ others: [Tensor], _ factors: [Double]) -> Tensor {
        var bias = others[0]
        let (shift, mean) = (others[2].elements, others[3].elements)
        for index in bias.elements.indices {
            bias.elements[index] = (bias.elements[index] - mean[index]) * factors[index] + shift[index]
        }
        return bias
    }
}
