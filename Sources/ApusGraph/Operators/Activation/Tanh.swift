/// The hyperbolic tangent.
public struct Tanh: Operator {
    public static let name = "tanh"
    public static let documentation = OperatorDocumentation(
        summary: "Maps every number into (−1, 1) by the hyperbolic tangent.",
        details: "`y = tanh(x)`.",
        operands: [.init("x", "f32 of any shape")],
        results: [.init("y", "f32 of the same shape")],
        constraints: [.init("C1", "one operand of element type f32")],
        example: "act1 = tanh(hidden)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try elementwiseType(operands, count: 1, of: Self.name)]
    }

    public var expression: Expression? { .hyperbolicTangent(.operand(0)) }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(TanhGradient(), [context.node.results[0], gradient], gradientOf: 0)]
    }
}

/// The gradient of ``Tanh``, from its result.
package struct TanhGradient: Operator {
    public static let name = "tanh_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of tanh.",
        details: "`dx = dy · (1 − y²)`.",
        operands: [.init("y", "the result of tanh"), .init("dy", "its gradient")],
        results: [.init("dx", "the operand's gradient")],
        constraints: [.init("C1", "two operands of element type f32 and of one shape")],
        example: "hidden.gradient = tanh_gradient(act1, act1.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try elementwiseType(operands, count: 2, of: Self.name)]
    }

    public var expression: Expression? { .operand(1) * (1 - .operand(0) * .operand(0)) }
}
