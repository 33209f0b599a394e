/// The arc tangent.
public struct ArcTangent: ElementwiseOperator {
    public static let name = "atan"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the arc tangent of each element.",
        details: "From −π/2 to π/2.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "angle = atan(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.arcTangent, .operand(0)) }
}
