/// The smaller of two values.
public struct Minimum: ElementwiseOperator {
    public static let name = "min"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the smaller of two values, element by element.",
        details: "Not-a-number in either operand is the result. Where both are equal the gradient is that of `x`.",
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "minimum = min(x, limit)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .minimum(.operand(0), .operand(1)) }
}
