/// The arc sine.
public struct ArcSine: ElementwiseOperator {
    public static let name = "asin"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the arc sine of each element.",
        details: "From −π/2 to π/2; not-a-number where |x| is above 1.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "angle = asin(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.arcSine, .operand(0)) }
}
