/// The hyperbolic sine.
public struct HyperbolicSine: ElementwiseOperator {
    public static let name = "sinh"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the hyperbolic sine of each element.",
        details: "`y = (e^x − e^−x) / 2`.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "y = sinh(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.hyperbolicSine, .operand(0)) }
}
