/// One over a value.
public struct Reciprocal: ElementwiseOperator {
    public static let name = "reciprocal"
    public static let documentation = OperatorDocumentation(
        summary: "Divides 1 by each element.",
        details: "`y = 1 / x`.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "weight = reciprocal(variance)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { 1 / .operand(0) }
}
