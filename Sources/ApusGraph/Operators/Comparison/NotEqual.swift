/// Whether `x ≠ y`.
public struct NotEqual: ElementwiseOperator {
    public static let name = "not_equal"
    public static let documentation = OperatorDocumentation(
        summary: "Says where two values differ.",
        details: "`z = x ≠ y`. Not-a-number differs from everything.",
        operands: [
            .init("x", "of any type, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "bool, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "mask = not_equal(x, limit)")

    public static let elementTypes = ElementTypeRule.comparison

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .binary(.notEqual, .operand(0), .operand(1)) }
}
