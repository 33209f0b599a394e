/// The smooth rectifier.
public struct Softplus: ElementwiseOperator {
    public static let name = "softplus"
    public static let documentation = OperatorDocumentation(
        summary: "Smooths the corner of relu.",
        details:
            "`y = ln(1 + e^x)`, computed as `max(x, 0) + ln(1 + e^−|x|)`, so that nothing overflows: Dugas et al. (2000), section 2. "
            + "The logarithm keeps all digits of a small power: Goldberg (1991), theorem 4.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "variance = softplus(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { Self.formula }

    static let formula: Expression = .maximum(.operand(0), 0) + logarithm

    /// `ln(1 + e^−|x|)`.
    private static let logarithm: Expression = {
        let power = Expression.exponential(-.unary(.absolute, .operand(0)))
        let sum = 1 + power
        return .select(.binary(.equal, sum, 1), power, .logarithm(sum) * power / (sum - 1))
    }()

    /// The rules of calculus would take the two corners of the formula for corners of the function.
    public func derivative(of operand: Int) -> Expression { .logistic(.operand(0)) }
}
