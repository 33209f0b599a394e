/// A sigmoid without an exponential.
public struct Softsign: ElementwiseOperator {
    public static let name = "softsign"
    public static let documentation = OperatorDocumentation(
        summary: "Maps every number into (−1, 1).",
        details: "`y = x / (1 + |x|)`: Bergstra et al. (2009), section 2.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = softsign(hidden)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .operand(0) / (1 + .unary(.absolute, .operand(0))) }
}
