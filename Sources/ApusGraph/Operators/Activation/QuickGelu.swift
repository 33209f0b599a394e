/// The Gaussian error linear unit by the logistic function.
public struct QuickGelu: ElementwiseOperator {
    public static let name = "quick_gelu"
    public static let documentation = OperatorDocumentation(
        summary: "Approximates gelu by a logistic function.",
        details: "`y = x / (1 + e^(−alpha · x))`: Hendrycks and Gimpel (2016), section 2.",
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("alpha", "the factor of x in the logistic function; 1.702")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = quick_gelu(hidden)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// The factor of x in the logistic function.
    public var alpha: Double

    public init(alpha: Double = 1.702) {
        self.alpha = alpha
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        alpha = try attributes.number(
            "alpha", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, default: 1.702)
    }
    public var attributes: [Attribute] {
        alpha == 1.702 ? [] : [Attribute("alpha", .number(alpha))]
    }

    public var formula: Expression { .operand(0) * .logistic(.constant(alpha) * .operand(0)) }
}
