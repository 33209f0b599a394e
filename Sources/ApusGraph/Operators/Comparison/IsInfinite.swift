/// Whether a number is infinite.
public struct IsInfinite: ElementwiseOperator {
    public static let name = "is_inf"
    public static let documentation = OperatorDocumentation(
        summary: "Says where a value is infinite.",
        details: "True for both infinities. With `above` or `below` false it is false for that one.",
        operands: [.init("x", "of a floating-point type, any shape")],
        attributes: [.init("above", "whether +∞ counts; true"), .init("below", "whether −∞ counts; true")],
        results: [.init("y", "bool, of the shape of x")],
        constraints: unaryConstraints,
        example: "broken = is_inf(x)")

    public static let elementTypes = ElementTypeRule.predicate

    /// Whether +∞ counts.
    public var above: Bool
    /// Whether −∞ counts.
    public var below: Bool

    public init(above: Bool = true, below: Bool = true) {
        self.above = above
        self.below = below
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        above = try attributes.boolean("above", default: true)
        below = try attributes.boolean("below", default: true)
    }
    public var attributes: [Attribute] {
        (above ? [] : [Attribute("above", .boolean(false))]) + (below ? [] : [Attribute("below", .boolean(false))])
    }

    public var formula: Expression {
        let isInfinite = Expression.unary(.isInfinite, .operand(0))
        let side: Expression? = above && below ? nil : above ? .operand(0) > 0 : below ? .operand(0) < 0 : 0
        return side.map { .binary(.and, isInfinite, $0) } ?? isInfinite
    }
}
