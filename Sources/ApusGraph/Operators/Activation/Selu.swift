/// The self-normalizing exponential linear unit.
public struct Selu: ElementwiseOperator {
    public static let name = "selu"
    public static let documentation = OperatorDocumentation(
        summary: "Keeps mean and variance of what goes through many layers.",
        details: """
            `y = gamma · x` where `x > 0`, else `gamma · alpha · (e^x − 1)`: Klambauer et al. (2017), section 2, whose numbers are \
            the defaults.
            """,
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [
            .init("alpha", "the limit is −gamma · alpha; 1.6732632423543772"),
            .init("gamma", "the slope above zero; 1.0507009873554805"),
        ],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = selu(hidden)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// The limit far below zero is −gamma · alpha.
    public var alpha: Double
    /// The slope above zero.
    public var gamma: Double

    public init(alpha: Double = 1.6732632423543772, gamma: Double = 1.0507009873554805) {
        self.alpha = alpha
        self.gamma = gamma
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        alpha = try attributes.number(
            "alpha", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, default: 1.6732632423543772)
        gamma = try attributes.number(
            "gamma", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, default: 1.0507009873554805)
    }
    public var attributes: [Attribute] {
        (alpha == 1.6732632423543772 ? [] : [Attribute("alpha", .number(alpha))])
            + (gamma == 1.0507009873554805 ? [] : [Attribute("gamma", .number(gamma))])
    }

    public var formula: Expression {
        .constant(gamma) * .select(.operand(0) > 0, .operand(0), .constant(alpha) * (.exponential(.operand(0)) - 1))
    }
}
