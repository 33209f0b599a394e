/// Whether both of two are true.
public struct And: ElementwiseOperator {
    public static let name = "and"
    public static let documentation = OperatorDocumentation(
        summary: "Says where both of two values are true.",
        details: "`z = x ∧ y`.",
        operands: [
            .init("x", "bool, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "bool, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "mask = and(inside, valid)")

    public static let elementTypes = ElementTypeRule.logic

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .binary(.and, .operand(0), .operand(1)) }
}
