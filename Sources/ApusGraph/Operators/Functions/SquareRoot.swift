/// The square root.
public struct SquareRoot: ElementwiseOperator {
    public static let name = "sqrt"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the square root of each element.",
        details: "`y = √x`: not-a-number below 0.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "deviation = sqrt(variance)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.squareRoot, .operand(0)) }
}
