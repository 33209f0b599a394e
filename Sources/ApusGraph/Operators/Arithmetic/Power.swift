/// A value to the power of another.
public struct Power: ElementwiseOperator {
    public static let name = "pow"
    public static let documentation = OperatorDocumentation(
        summary: "Raises a value to a power, element by element.",
        details:
            "`z = x^y`. The gradient of `y` is 0 where `x` is not above 0. A negative power of an integer is cut off towards zero.",
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "squares = pow(x, two)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .binary(.power, .operand(0), .operand(1)) }
}
