/// A value rounded to the nearest whole number.
public struct Round: ElementwiseOperator {
    public static let name = "round"
    public static let documentation = OperatorDocumentation(
        summary: "Rounds each element to the nearest whole number.",
        details: "What lies in the middle of two goes to the even one. The gradient is 0.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "whole = round(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.round, .operand(0)) }
}
