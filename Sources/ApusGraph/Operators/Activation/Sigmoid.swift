/// The logistic function.
public struct Sigmoid: Operator {
    public static let name = "sigmoid"
    public static let documentation = OperatorDocumentation(
        summary: "Maps every number into (0, 1) by the logistic function.",
        details: "`y = 1 / (1 + exp(−x))`.",
        operands: [.init("x", "f32 of any shape")],
        results: [.init("y", "f32 of the same shape")],
        constraints: [.init("C1", "one operand of element type f32")],
        example: "act1 = sigmoid(hidden)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try elementwiseType(operands, count: 1, of: Self.name)]
    }

    public var expression: Expression? { .logistic(.operand(0)) }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(SigmoidGradient(), [context.node.results[0], gradient], gradientOf: 0)]
    }
}

/// The gradient of ``Sigmoid``, from its result.
package struct SigmoidGradient: Operator {
    public static let name = "sigmoid_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of sigmoid.",
        details: "`dx = dy · y · (1 − y)`.",
        operands: [.init("y", "the result of sigmoid"), .init("dy", "its gradient")],
        results: [.init("dx", "the operand's gradient")],
        constraints: [.init("C1", "two operands of element type f32 and of one shape")],
        example: "hidden.gradient = sigmoid_gradient(act1, act1.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try elementwiseType(operands, count: 2, of: Self.name)]
    }

    public var expression: Expression? { .operand(1) * .operand(0) * (1 - .operand(0)) }
}
