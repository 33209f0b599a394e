/// Whether `x ≤ y`.
public struct LessOrEqual: ElementwiseOperator {
    public static let name = "less_or_equal"
    public static let documentation = OperatorDocumentation(
        summary: "Says where the first value is not above the second.",
        details: "`z = x ≤ y`. False where one is not-a-number.",
        operands: [
            .init("x", "of any type, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "bool, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "mask = less_or_equal(x, limit)")

    public static let elementTypes = ElementTypeRule.comparison

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .binary(.lessOrEqual, .operand(0), .operand(1)) }
}
