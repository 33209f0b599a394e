/// The arc cosine.
public struct ArcCosine: ElementwiseOperator {
    public static let name = "acos"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the arc cosine of each element.",
        details: "From 0 to π; not-a-number where |x| is above 1.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "angle = acos(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.arcCosine, .operand(0)) }
}
