import Glibc

/// Logarithms of probabilities from logits.
public struct LogSoftmax: Operator {
    public static let name = "log_softmax"
    public static let documentation = OperatorDocumentation(
        summary: "Turns each line along an axis into logarithms of probabilities.",
        details: "`y[k] = x[k] − log Σ_j exp(x[j])` along the axis, computed from `x − max x`.",
        operands: [.init("x", "of a floating-point type, at least one dimension")],
        attributes: [AxisAttribute.entry],
        results: [.init("y", "of the type and shape of x")],
        constraints: SoftmaxAxis.constraints,
        example: "output scores = log_softmax(logits)")

    public var axis: Int

    public init(axis: Int = -1) { self.axis = axis }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
    }
    public var attributes: [Attribute] { AxisAttribute.attributes(axis) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        _ = try SoftmaxAxis.check(operands, name, axis: axis)
        return [InferredType(operands[0])]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        ApusGraph.keepsSamplesApart(operands[0], along: axis)
    }

    public var answerMeaning: AnswerMeaning { .logProbabilities }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(LogSoftmaxGradient(axis: axis), [context.node.results[0], gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].mapLines(along: axis) { row in logSoftmax(row) }]
    }
}

/// The gradient of ``LogSoftmax``, from its result.
package struct LogSoftmaxGradient: Operator {
    public static let name = "log_softmax_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of log_softmax.",
        details: "`dx[k] = dy[k] − exp(y[k]) · Σ_j dy[j]`.",
        operands: [.init("y", "the result of log_softmax"), .init("dy", "its gradient")],
        attributes: [AxisAttribute.entry],
        results: [.init("dx", "the operand's gradient")],
        constraints: SoftmaxAxis.constraints,
        example: "logits.gradient = log_softmax_gradient(scores, scores.gradient)")

    public var axis: Int

    public init(axis: Int = -1) { self.axis = axis }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        axis = try AxisAttribute.read(&attributes)
    }
    public var attributes: [Attribute] { AxisAttribute.attributes(axis) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try SoftmaxAxis.gradientType(operands, name, axis: axis)
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        ApusGraph.keepsSamplesApart(operands[0], along: axis)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [
            operands[0].mapLines(with: operands[1], along: axis) { y, gradient in
                let sum = gradient.reduce(0, +)
                return zip(y, gradient).map { $1 - exp($0) * sum }
            }
        ]
    }
}
