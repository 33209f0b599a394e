/// The logistic function made of three lines.
public struct HardSigmoid: ElementwiseOperator {
    public static let name = "hard_sigmoid"
    public static let documentation = OperatorDocumentation(
        summary: "Approximates sigmoid by a line between 0 and 1.",
        details: "`y = max(0, min(1, alpha · x + beta))`.",
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("alpha", "the slope of the line; 0.2"), .init("beta", "the value at zero; 0.5")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "gate = hard_sigmoid(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// The slope of the line.
    public var alpha: Double
    /// The value at zero.
    public var beta: Double

    public init(alpha: Double = 0.2, beta: Double = 0.5) {
        self.alpha = alpha
        self.beta = beta
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        alpha = try attributes.number(
            "alpha", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, default: 0.2)
        beta = try attributes.number(
            "beta", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, default: 0.5)
    }
    public var attributes: [Attribute] {
        (alpha == 0.2 ? [] : [Attribute("alpha", .number(alpha))])
            + (beta == 0.5 ? [] : [Attribute("beta", .number(beta))])
    }

    public var formula: Expression { .maximum(0, .minimum(1, .constant(alpha) * .operand(0) + .constant(beta))) }
}
