/// The loss of logits against labels.
public struct LogitCrossEntropy: LossOperator {
    public static let name = "logit_cross_entropy"
    public static let documentation = OperatorDocumentation(
        summary: "The mean negative log-likelihood of the labels, from logits.",
        details: """
            `loss = mean_n (log Σ_k exp(logits[n, k]) − logits[n, label[n]])`: cross_entropy of softmax, without its \
            loss of precision. The mean is that over all rows. A label \
            that is no class, -1 for instance, contributes nothing.
            """,
        operands: [.init("logits", "f32[N, ..., K]"), .init("labels", "i32[N, ...], from 0 to K − 1")],
        results: [.init("loss", "f32[]")],
        constraints: LabelLoss.constraints,
        example: "loss = logit_cross_entropy(logits, labels)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func targets(of predictions: TensorType) throws(ConstraintViolation) -> TensorType {
        try LabelLoss.labels(of: predictions, name)
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try LabelLoss.check(operands, Self.name, gradient: false)
        return [InferredType(LabelLoss.scalar)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil, nil] }
        return [
            try context.emit(LogitCrossEntropyGradient(), context.node.operands + [gradient], gradientOf: 0), nil,
        ]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [LabelLoss.mean(operands) { row, label in -logSoftmax(row)[label] }]
    }
}

/// The gradient of ``LogitCrossEntropy`` for its logits.
package struct LogitCrossEntropyGradient: Operator {
    public static let name = "logit_cross_entropy_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of logit_cross_entropy.",
        details: "`dlogits[n, k] = dloss / N · (softmax(logits[n])[k] − (1 where k = label[n], else 0))`.",
        operands: [
            .init("logits", "f32[N, ..., K]"), .init("labels", "i32[N, ...]"),
            .init("dloss", "f32[], the loss's gradient"),
        ],
        results: [.init("dlogits", "f32[N, ..., K]")],
        constraints: LabelLoss.gradientConstraints,
        example: "logits.gradient = logit_cross_entropy_gradient(logits, labels, loss.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try LabelLoss.check(operands, Self.name, gradient: true)
        return [InferredType(operands[0])]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [
            LabelLoss.gradient(operands) { row, label in
                var gradient = softmax(row)
                gradient[label] -= 1
                return gradient
            }
        ]
    }
}
