/// The inverse hyperbolic sine.
public struct InverseHyperbolicSine: ElementwiseOperator {
    public static let name = "asinh"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the inverse hyperbolic sine of each element.",
        details: "`y = ln(x + √(x² + 1))`.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "y = asinh(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.inverseHyperbolicSine, .operand(0)) }
}
