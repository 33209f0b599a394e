/// The rectifier with a threshold of its own.
public struct ThresholdedRelu: ElementwiseOperator {
    public static let name = "thresholded_relu"
    public static let documentation = OperatorDocumentation(
        summary: "Replaces what is not above a threshold by zero.",
        details: "`y = x` where `x > alpha`, else 0: Konda, Memisevic and Krueger (2014), section 3.",
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("alpha", "the threshold; 1.0")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = thresholded_relu(code, alpha: 0.5)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// The threshold.
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

    public var formula: Expression { .select(.operand(0) > .constant(alpha), .operand(0), 0) }
}
