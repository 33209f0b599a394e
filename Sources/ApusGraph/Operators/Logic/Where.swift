/// One of two values, by a condition.
public struct Where: ElementwiseOperator {
    public static let name = "where"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the first or second of two values by a condition, element by element.",
        details: "`z = x` where the condition is true, else `y`. What is not taken has the gradient 0.",
        operands: [
            .init("condition", "bool of any shape"),
            .init("x", "of any type, of a shape that can be broadcast with the others"),
            .init("y", "of the type of x, of a shape that can be broadcast with the others"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "masked = where(valid, scores, low)")

    public static let elementTypes = ElementTypeRule.selection

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .select(.operand(0), .operand(1), .operand(2)) }
}
