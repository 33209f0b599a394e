/// Whether something is false.
public struct Not: ElementwiseOperator {
    public static let name = "not"
    public static let documentation = OperatorDocumentation(
        summary: "Says where a value is false.",
        details: "`y = ¬x`.",
        operands: [.init("x", "bool, any shape")],
        results: [.init("y", "bool, of the shape of x")],
        constraints: unaryConstraints,
        example: "padding = not(valid)")

    public static let elementTypes = ElementTypeRule.logic

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.not, .operand(0)) }
}
