/// A value with its bits moved.
public struct BitShift: ElementwiseOperator {
    public static let name = "bit_shift"
    public static let documentation = OperatorDocumentation(
        summary: "Moves the bits of each element by a number of places.",
        details: """
            `z = x · 2^y` to the left, `x / 2^y` rounded down to the right. The result keeps the low bits of its type. It is 0 where y \
            is below 0 or above 63.
            """,
        operands: [
            .init("x", "of any integer type, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        attributes: [.init("direction", "`left` or `right`; left")],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "high = bit_shift(word, places, direction: right)")

    public static let elementTypes = ElementTypeRule.integer

    /// Whether bits move towards the lower ones.
    public var toRight: Bool

    public init(toRight: Bool = false) {
        self.toRight = toRight
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        toRight = try attributes.word("direction", of: ["left", "right"], default: "left") == "right"
    }
    public var attributes: [Attribute] {
        toRight ? [Attribute("direction", .word("right"))] : []
    }

    public var formula: Expression { .binary(toRight ? .shiftRight : .shiftLeft, .operand(0), .operand(1)) }
}
