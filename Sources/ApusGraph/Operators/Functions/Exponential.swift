/// The exponential.
public struct Exponential: ElementwiseOperator {
    public static let name = "exp"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the exponential of each element.",
        details: "`y = e^x`.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "odds = exp(logit)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.exponential, .operand(0)) }
}
