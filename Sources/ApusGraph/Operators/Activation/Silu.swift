/// The sigmoid-weighted linear unit, also called swish.
public struct Silu: ElementwiseOperator {
    public static let name = "silu"
    public static let documentation = OperatorDocumentation(
        summary: "Weights each element by its own logistic function.",
        details: "`y = x / (1 + e^−x)`: Elfwing, Uchibe and Doya (2017), section 2.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = silu(conv1)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .operand(0) * .logistic(.operand(0)) }
}
