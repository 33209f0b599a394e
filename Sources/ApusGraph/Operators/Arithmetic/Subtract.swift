/// The difference of two values.
public struct Subtract: ElementwiseOperator {
    public static let name = "subtract"
    public static let documentation = OperatorDocumentation(
        summary: "Subtracts two values, element by element.",
        details: "`z = x − y`. Integers wrap around.",
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "residual = subtract(target, guess)")

    public static let elementTypes = ElementTypeRule.numeric

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .operand(0) - .operand(1) }
}
