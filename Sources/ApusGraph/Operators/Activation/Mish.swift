/// A smooth unit that is not monotonous.
public struct Mish: ElementwiseOperator {
    public static let name = "mish"
    public static let documentation = OperatorDocumentation(
        summary: "Weights each element by the hyperbolic tangent of its softplus.",
        details: "`y = x · tanh(ln(1 + e^x))`: Misra (2019), equation 1.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "act1 = mish(conv1)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .operand(0) * .hyperbolicTangent(Softplus.formula) }

    public func derivative(of operand: Int) -> Expression {
        let weight = Expression.hyperbolicTangent(Softplus.formula)
        return weight + .operand(0) * (1 - weight * weight) * .logistic(.operand(0))
    }
}
