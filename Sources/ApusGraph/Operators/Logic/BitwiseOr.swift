/// The bitwise or of two values.
public struct BitwiseOr: ElementwiseOperator {
    public static let name = "bitwise_or"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the or of the bits of two values, element by element.",
        details: "Each bit of the result is made of the two bits at its place.",
        operands: [
            .init("x", "of any integer type, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "flags = bitwise_or(first, second)")

    public static let elementTypes = ElementTypeRule.integer

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .binary(.bitOr, .operand(0), .operand(1)) }
}
