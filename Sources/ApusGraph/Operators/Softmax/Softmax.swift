import Glibc

/// Probabilities from logits.
public struct Softmax: Operator {
    public static let name = "softmax"
    public static let documentation = OperatorDocumentation(
        summary: "Turns each line along an axis into probabilities.",
        details: "`y[k] = exp(x[k]) / Σ_j exp(x[j])` along the axis, computed from `x − max x`.",
        operands: [.init("x", "of a floating-point type, at least one dimension")],
        attributes: [AxisAttribute.entry],
        results: [.init("y", "of the type and shape of x")],
        constraints: SoftmaxAxis.constraints,
        example: "output probabilities = softmax(logits)")

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

    public var answerMeaning: AnswerMeaning { .probabilities }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(SoftmaxGradient(axis: axis), [context.node.results[0], gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].mapLines(along: axis) { row in softmax(row) }]
    }
}

func softmax(_ row: ArraySlice<Double>) -> [Double] { logSoftmax(row).map { exp($0) } }

func logSoftmax(_ row: ArraySlice<Double>) -> [Double] {
    let maximum = row.max() ?? 0
    let logarithm = log(row.reduce(0) { $0 + exp($1 - maximum) })
    return row.map { $0 - maximum - logarithm }
}

/// The gradient of ``Softmax``, from its result.
package struct SoftmaxGradient: Operator {
    public static let name = "softmax_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of softmax.",
        details: "`dx[k] = y[k] · (dy[k] − Σ_j y[j] · dy[j])`.",
        operands: [.init("y", "the result of softmax"), .init("dy", "its gradient")],
        attributes: [AxisAttribute.entry],
        results: [.init("dx", "the operand's gradient")],
        constraints: SoftmaxAxis.constraints,
        example: "logits.gradient = softmax_gradient(probabilities, probabilities.gradient)")

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
                let mean = zip(y, gradient).reduce(0) { $0 + $1.0 * $1.1 }
                return zip(y, gradient).map { $0 * ($1 - mean) }
            }
        ]
    }
}
