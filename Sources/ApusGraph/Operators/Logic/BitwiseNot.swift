/// A value with all its bits turned over.
public struct BitwiseNot: ElementwiseOperator {
    public static let name = "bitwise_not"
    public static let documentation = OperatorDocumentation(
        summary: "Turns over all bits of each element.",
        details: "A number x of a signed type becomes `−x − 1`.",
        operands: [.init("x", "of any integer type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "mask = bitwise_not(flags)")

    public static let elementTypes = ElementTypeRule.integer

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.bitNot, .operand(0)) }
}
