/// A value rounded up.
public struct Ceiling: ElementwiseOperator {
    public static let name = "ceil"
    public static let documentation = OperatorDocumentation(
        summary: "Rounds each element up to a whole number.",
        details: "The gradient is 0.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "count = ceil(quotient)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.ceiling, .operand(0)) }
}
