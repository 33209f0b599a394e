import Glibc

/// Logarithms of probabilities from logits.
public struct LogSoftmax: Operator {
    public static let name = "log_softmax"
    public static let documentation = OperatorDocumentation(
        summary: "Turns the last dimension into logarithms of probabilities.",
        details: "`y[k] = x[k] − log Σ_j exp(x[j])` over the last dimension, computed from `x − max x`.",
        operands: [.init("x", "f32[..., K]")],
        results: [.init("y", "f32 of the same shape")],
        constraints: rowConstraints,
        example: "output scores = log_softmax(logits)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try inferRows(operands, count: 1, Self.name)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(LogSoftmaxGradient(), [context.node.results[0], gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [mapRows(operands[0]) { row in logSoftmax(row) }]
    }
}

/// The gradient of ``LogSoftmax``, from its result.
public struct LogSoftmaxGradient: Operator {
    public static let name = "log_softmax_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of log_softmax.",
        details: "`dx[k] = dy[k] − exp(y[k]) · Σ_j dy[j]`.",
        operands: [.init("y", "the result of log_softmax"), .init("dy", "its gradient")],
        results: [.init("dx", "the operand's gradient")],
        constraints: rowConstraints,
        example: "logits.gradient = log_softmax_gradient(scores, scores.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try inferRows(operands, count: 2, Self.name)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [
            mapRows(operands[0], operands[1]) { y, gradient in
                let sum = gradient.reduce(0, +)
                return zip(y, gradient).map { $1 - exp($0) * sum }
            }
        ]
    }
}
