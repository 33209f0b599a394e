/// The Gaussian error linear unit.
public struct Gelu: ElementwiseOperator {
    public static let name = "gelu"
    public static let documentation = OperatorDocumentation(
        summary: "Weights each element by the share of a normal distribution that lies below it.",
        details: """
            `y = x · Φ(x) = x / 2 · (1 + erf(x / √2))`, or with `approximate: tanh` \
            `x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))`: Hendrycks and Gimpel (2016), section 2.
            """,
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("approximate", "`none` or `tanh`; none")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = gelu(hidden)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    /// Whether the hyperbolic tangent takes the place of the error function.
    public var isApproximate: Bool

    public init(isApproximate: Bool = false) {
        self.isApproximate = isApproximate
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        isApproximate = try attributes.word("approximate", of: ["none", "tanh"], default: "none") == "tanh"
    }
    public var attributes: [Attribute] {
        isApproximate ? [Attribute("approximate", .word("tanh"))] : []
    }

    public var formula: Expression {
        let x = Expression.operand(0)
        if !isApproximate { return 0.5 * x * (1 + .unary(.errorFunction, x * .constant(0.5.squareRoot()))) }
        let scale = (2 / Double.pi).squareRoot()
        return 0.5 * x * (1 + .hyperbolicTangent(.constant(scale) * x * (1 + 0.044715 * x * x)))
    }
}
