/// Swish made of lines and a parabola.
public struct HardSwish: ElementwiseOperator {
    public static let name = "hard_swish"
    public static let documentation = OperatorDocumentation(
        summary: "Approximates silu without an exponential.",
        details: "`y = x · max(0, min(1, x / 6 + 1 / 2))`: Howard et al. (2019), section 5.2.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = hard_swish(conv1)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .operand(0) * .maximum(0, .minimum(1, .operand(0) / 6 + 0.5)) }
}
