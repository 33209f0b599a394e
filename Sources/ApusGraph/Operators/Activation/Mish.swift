/// A smooth unit that is not monotonous.
public struct Mish: ElementwiseOperator {
    public static let name = "mish"
    public static let documentation = OperatorDocumentation(
        summary: "Weights each element by the hyperbolic tangent of its softplus.",
        details: """
            `y = x · tanh(ln(1 + e^x))`: Misra (2019), equation 1. With `n = e^x · (e^x + 2)` the tangent is `n / (n + 2)`, which \
            keeps all digits.
            """,
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = mish(conv1)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .operand(0) * Self.weight }

    /// The hyperbolic tangent of softplus. From 20 on it is 1 in every type.
    private static let weight: Expression = {
        let power = Expression.exponential(.minimum(.operand(0), 20))
        let product = power * (power + 2)
        return product / (product + 2)
    }()

    /// The rules of calculus would take the end of the powers for a corner.
    public func derivative(of operand: Int) -> Expression {
        let weight = Self.weight
        return weight + .operand(0) * (1 - weight * weight) * .logistic(.operand(0))
    }
}
