/// A value rounded down.
public struct Floor: ElementwiseOperator {
    public static let name = "floor"
    public static let documentation = OperatorDocumentation(
        summary: "Rounds each element down to a whole number.",
        details: "The gradient is 0.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "cell = floor(position)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.floor, .operand(0)) }
}
