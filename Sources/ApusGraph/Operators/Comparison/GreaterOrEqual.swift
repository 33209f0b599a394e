/// Whether `x ≥ y`.
public struct GreaterOrEqual: ElementwiseOperator {
    public static let name = "greater_or_equal"
    public static let documentation = OperatorDocumentation(
        summary: "Says where the first value is not below the second.",
        details: "`z = x ≥ y`. False where one is not-a-number.",
        operands: [
            .init("x", "of any type, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "bool, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "mask = greater_or_equal(x, limit)")

    public static let elementTypes = ElementTypeRule.comparison

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .binary(.greaterOrEqual, .operand(0), .operand(1)) }
}
