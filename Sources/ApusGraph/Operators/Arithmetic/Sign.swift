/// The sign of a value.
public struct Sign: ElementwiseOperator {
    public static let name = "sign"
    public static let documentation = OperatorDocumentation(
        summary: "Gives −1, 0 or 1, by the sign of each element.",
        details: "Not-a-number stays so. The gradient is 0.",
        operands: [.init("x", "of any type of numbers, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "direction = sign(x)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.sign, .operand(0)) }
}
