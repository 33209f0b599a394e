/// The exponential linear unit whose slope is 1 at zero for every alpha.
public struct Celu: ElementwiseOperator {
    public static let name = "celu"
    public static let documentation = OperatorDocumentation(
        summary: "Bends what is below zero towards a limit, without a corner.",
        details: "`y = x` where `x > 0`, else `alpha · (e^(x / alpha) − 1)`: Barron (2017).",
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("alpha", "the limit is −alpha; 1.0")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = celu(conv1, alpha: 0.5)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// The limit far below zero is −alpha.
    public var alpha: Double

    public init(alpha: Double = 1.0) {
        self.alpha = alpha
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        alpha = try attributes.number(
            "alpha", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, default: 1.0)
    }
    public var attributes: [Attribute] {
        alpha == 1.0 ? [] : [Attribute("alpha", .number(alpha))]
    }

    public var formula: Expression {
        .select(.operand(0) > 0, .operand(0), .constant(alpha) * (.exponential(.operand(0) / .constant(alpha)) - 1))
    }
}
