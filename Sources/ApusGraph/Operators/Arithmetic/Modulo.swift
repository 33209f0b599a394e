/// What remains of a division.
public struct Modulo: ElementwiseOperator {
    public static let name = "mod"
    public static let documentation = OperatorDocumentation(
        summary: "Takes what remains of a division, element by element.",
        details: """
            `z = x − y · q`, where q is `x / y` rounded down (sign of the divisor, as Python has it) or cut off (sign of the dividend, \
            as C has it). Of integers the remainder is 0 where `y` is 0. The gradient counts q as a constant.
            """,
        operands: [
            .init("x", "of any type of numbers, any shape"),
            .init("y", "of the same type and of a shape that can be broadcast with that of x"),
        ],
        attributes: [.init("sign", "`divisor` or `dividend`: whose sign the result has; divisor")],
        results: [.init("z", "of the type of x, of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "column = mod(place, width)")

    public static let elementTypes = ElementTypeRule.numeric

    /// Whether the result has the sign of `x`, not of `y`.
    public var takesDividendSign: Bool

    public init(takesDividendSign: Bool = false) {
        self.takesDividendSign = takesDividendSign
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        takesDividendSign = try attributes.word("sign", of: ["divisor", "dividend"], default: "divisor") == "dividend"
    }
    public var attributes: [Attribute] {
        takesDividendSign ? [Attribute("sign", .word("dividend"))] : []
    }

    public var formula: Expression { .binary(takesDividendSign ? .remainder : .modulo, .operand(0), .operand(1)) }
}
