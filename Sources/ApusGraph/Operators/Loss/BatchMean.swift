/// The mean over all elements of a batch.
package struct BatchMean: Operator {
    public static let name = "batch_mean"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean of all elements of a batch.",
        details: """
            `y = Σ x / M` over all M elements of all samples. Unlike reduce_mean it adds sample by sample: how many samples \
            there are need not be known before a run. Losses are made of it.
            """,
        operands: [.init("x", "f32 of any shape")],
        results: [.init("y", "f32[]")],
        constraints: [.init("C1", "one operand of element type f32")],
        example: "loss = batch_mean(losses)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        _ = try elementwiseType(operands, count: 1, of: Self.name)
        return [InferredType(LabelLoss.scalar)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(BatchMeanGradient(), [context.node.operands[0], gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let elements = operands[0].elements
        return [Tensor(shape: [], elements: [elements.reduce(0, +) / Double(elements.count)])]
    }
}

/// The gradient of ``BatchMean``.
package struct BatchMeanGradient: Operator {
    public static let name = "batch_mean_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of batch_mean.",
        details: "`dx = dy / M`, where x has M elements in all samples.",
        operands: [.init("x", "the operand of batch_mean; only its shape counts"), .init("dy", "f32[], its gradient")],
        results: [.init("dx", "f32 of the shape of x")],
        constraints: [
            .init("C1", "x of element type f32, and the mean's gradient"), .init("C2", "the mean's gradient is f32[]"),
        ],
        example: "losses.gradient = batch_mean_gradient(losses, loss.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "an operand of batch_mean and the mean's gradient")
        _ = try elementwiseType([operands[0]], count: 1, of: Self.name)
        try checks.match("C2", 1, LabelLoss.scalar, "the mean's gradient")
        return [InferredType(operands[0])]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let count = Double(operands[0].count)
        return [Tensor(shape: results[0], repeating: operands[1].elements[0] / count)]
    }
}
