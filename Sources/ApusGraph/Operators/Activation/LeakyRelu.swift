/// The rectifier that lets some of what is below zero through.
public struct LeakyRelu: ElementwiseOperator {
    public static let name = "leaky_relu"
    public static let documentation = OperatorDocumentation(
        summary: "Scales down what is below zero.",
        details:
            "`y = x` where `x > 0`, else `slope · x`: Maas, Hannun and Ng (2013), section 2. The gradient at zero is the slope.",
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("slope", "the factor below zero; 0.01")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = leaky_relu(conv1, slope: 0.2)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// The factor below zero.
    public var slope: Double

    public init(slope: Double = 0.01) {
        self.slope = slope
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        slope = try attributes.number(
            "slope", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude, default: 0.01)
    }
    public var attributes: [Attribute] {
        slope == 0.01 ? [] : [Attribute("slope", .number(slope))]
    }

    public var formula: Expression { .select(.operand(0) > 0, .operand(0), .constant(slope) * .operand(0)) }
}
