/// Whether a number is not-a-number.
public struct IsNaN: ElementwiseOperator {
    public static let name = "is_nan"
    public static let documentation = OperatorDocumentation(
        summary: "Says where a value is not-a-number.",
        details: "True for every not-a-number, false for all else.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "bool, of the shape of x")],
        constraints: unaryConstraints,
        example: "broken = is_nan(x)")

    public static let elementTypes = ElementTypeRule.predicate

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.isNaN, .operand(0)) }
}
