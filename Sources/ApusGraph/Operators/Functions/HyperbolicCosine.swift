/// The hyperbolic cosine.
public struct HyperbolicCosine: ElementwiseOperator {
    public static let name = "cosh"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the hyperbolic cosine of each element.",
        details: "`y = (e^x + e^−x) / 2`.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "y = cosh(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.hyperbolicCosine, .operand(0)) }
}
