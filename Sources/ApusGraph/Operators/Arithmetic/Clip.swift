/// A value kept within bounds.
public struct Clip: ElementwiseOperator {
    public static let name = "clip"
    public static let documentation = OperatorDocumentation(
        summary: "Replaces what is below a minimum or above a maximum by it.",
        details: "`y = min(max(x, min), max)`. The gradient is 0 outside of the bounds. Not-a-number stays so.",
        operands: [.init("x", "of any type of numbers, any shape")],
        attributes: [
            .init("min", "the minimum of the results; no bound"), .init("max", "the maximum of the results; no bound"),
        ],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "relu6 = clip(x, min: 0, max: 6)")

    public static let elementTypes = ElementTypeRule.numeric

    /// The minimum of the results.
    public var minimum: Double
    /// The largest result.
    public var maximum: Double

    public init(minimum: Double = -.infinity, maximum: Double = .infinity) {
        self.minimum = minimum
        self.maximum = maximum
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        minimum = try attributes.number("min", in: -Double.infinity...Double.infinity, default: -.infinity)
        maximum = try attributes.number("max", in: -Double.infinity...Double.infinity, default: .infinity)
    }
    public var attributes: [Attribute] {
        (minimum == -.infinity ? [] : [Attribute("min", .number(minimum))])
            + (maximum == .infinity ? [] : [Attribute("max", .number(maximum))])
    }

    public var formula: Expression { .minimum(.maximum(.operand(0), .constant(minimum)), .constant(maximum)) }
}
