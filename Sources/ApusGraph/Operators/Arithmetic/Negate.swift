/// A value with the other sign.
public struct Negate: ElementwiseOperator {
    public static let name = "neg"
    public static let documentation = OperatorDocumentation(
        summary: "Turns the sign of each element.",
        details: "`y = −x`.",
        operands: [.init("x", "of any type of numbers, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "opposite = neg(x)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { -.operand(0) }
}
