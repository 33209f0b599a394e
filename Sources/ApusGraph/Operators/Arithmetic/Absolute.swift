/// A value without its sign.
public struct Absolute: ElementwiseOperator {
    public static let name = "abs"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the sign away from each element.",
        details: "`y = |x|`. The gradient at 0 is 0.",
        operands: [.init("x", "of any type of numbers, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "size = abs(error)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.absolute, .operand(0)) }
}
