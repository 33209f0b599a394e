import Glibc

/// The loss of probabilities against labels.
public struct CrossEntropy: LossOperator {
    /// Probabilities below it count as it, so that the loss stays finite.
    static let minimumProbability = 1e-30

    public static let name = "cross_entropy"
    public static let documentation = OperatorDocumentation(
        summary: "The mean negative log-likelihood of the labels, from probabilities.",
        details: """
            `loss = mean_n −log(max(p[n, label[n]], 1e-30))`. The mean is that over all rows. A label \
            that is no class, -1 for instance, contributes nothing. \
            logit_cross_entropy is more precise where the logits are at hand.
            """,
        operands: [.init("p", "f32[N, ..., K]"), .init("labels", "i32[N, ...], from 0 to K − 1")],
        results: [.init("loss", "f32[]")],
        constraints: LabelLoss.constraints,
        example: "loss = cross_entropy(probabilities, labels)")

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
        return [try context.emit(CrossEntropyGradient(), context.node.operands + [gradient], gradientOf: 0), nil]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [LabelLoss.mean(operands) { row, label in -log(max(row[row.startIndex + label], Self.minimumProbability)) }]
    }
}

/// The gradient of ``CrossEntropy`` for its probabilities.
package struct CrossEntropyGradient: Operator {
    public static let name = "cross_entropy_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of cross_entropy.",
        details: "`dp[n, k] = −dloss / N / max(p[n, k], 1e-30)` where `k = label[n]`, else zero.",
        operands: [
            .init("p", "f32[N, ..., K]"), .init("labels", "i32[N, ...]"), .init("dloss", "f32[], the loss's gradient"),
        ],
        results: [.init("dp", "f32[N, ..., K]")],
        constraints: LabelLoss.gradientConstraints,
        example: "probabilities.gradient = cross_entropy_gradient(probabilities, labels, loss.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try LabelLoss.check(operands, Self.name, gradient: true)
        return [InferredType(operands[0])]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [
            LabelLoss.gradient(operands) { row, label in
                var gradient = [Double](repeating: 0, count: row.count)
                gradient[label] = -1 / max(row[row.startIndex + label], CrossEntropy.minimumProbability)
                return gradient
            }
        ]
    }
}
