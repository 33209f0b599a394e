/// The rectifier, `max(x, 0)`.
public struct Relu: Operator {
    public static let name = "relu"
    public static let documentation = OperatorDocumentation(
        summary: "Replaces what is below zero by zero.",
        details: "`y = max(x, 0)`. The gradient at zero is zero.",
        operands: [.init("x", "f32 of any shape")],
        results: [.init("y", "f32 of the same shape")],
        constraints: [.init("C1", "one operand of element type f32")],
        example: "act1 = relu(conv1)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try elementwiseType(operands, count: 1, of: Self.name)]
    }

    public var expression: Expression? { .maximum(.operand(0), 0) }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(ReluGradient(), [context.node.results[0], gradient], gradientOf: 0)]
    }
}

/// The gradient of ``Relu``, from its result.
package struct ReluGradient: Operator {
    public static let name = "relu_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of relu.",
        details: "`dx = dy` where `y > 0`, else zero.",
        operands: [.init("y", "the result of relu"), .init("dy", "its gradient")],
        results: [.init("dx", "the operand's gradient")],
        constraints: [.init("C1", "two operands of element type f32 and of one shape")],
        example: "conv1.gradient = relu_gradient(act1, act1.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try elementwiseType(operands, count: 2, of: Self.name)]
    }

    public var expression: Expression? { .operand(1) * (.operand(0) > 0) }
}
