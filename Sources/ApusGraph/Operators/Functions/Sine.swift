/// The sine.
public struct Sine: ElementwiseOperator {
    public static let name = "sin"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the sine of each element.",
        details: "The angle is in radians.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "wave = sin(phase)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.sine, .operand(0)) }
}
