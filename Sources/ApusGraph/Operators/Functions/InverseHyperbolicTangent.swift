/// The inverse hyperbolic tangent.
public struct InverseHyperbolicTangent: ElementwiseOperator {
    public static let name = "atanh"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the inverse hyperbolic tangent of each element.",
        details: "`y = ln((1 + x) / (1 − x)) / 2`: not-a-number where |x| is above 1.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "y = atanh(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.inverseHyperbolicTangent, .operand(0)) }
}
