/// The inverse hyperbolic cosine.
public struct InverseHyperbolicCosine: ElementwiseOperator {
    public static let name = "acosh"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the inverse hyperbolic cosine of each element.",
        details: "`y = ln(x + √(x² − 1))`: not-a-number below 1.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "y = acosh(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.inverseHyperbolicCosine, .operand(0)) }
}
