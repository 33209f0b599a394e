/// The larger of two values.
public struct Maximum: ElementwiseOperator {
    public static let name = "max"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the larger of two values, element by element.",
        details: "Not-a-number in either operand is the result. Where both are equal the gradient is that of `x`.",
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "maximum = max(x, floor)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .maximum(.operand(0), .operand(1)) }
}
