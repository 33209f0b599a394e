/// The natural logarithm.
public struct Logarithm: ElementwiseOperator {
    public static let name = "log"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the natural logarithm of each element.",
        details: "`y = ln x`: not-a-number below 0.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "surprise = log(p)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.logarithm, .operand(0)) }
}
