/// Whether one or both of two are true.
public struct Or: ElementwiseOperator {
    public static let name = "or"
    public static let documentation = OperatorDocumentation(
        summary: "Says where one or both of two values is true.",
        details: "`z = x ∨ y`.",
        operands: [
            .init("x", "bool, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "bool, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "mask = or(inside, valid)")

    public static let elementTypes = ElementTypeRule.logic

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .binary(.or, .operand(0), .operand(1)) }
}
