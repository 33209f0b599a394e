/// The quotient of two values.
public struct Divide: ElementwiseOperator {
    public static let name = "divide"
    public static let documentation = OperatorDocumentation(
        summary: "Divides two values, element by element.",
        details: "`z = x / y`. The quotient of integers is cut off towards zero, and is 0 where `y` is 0.",
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "ratio = divide(sum, count)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .operand(0) / .operand(1) }
}
