/// The error function.
public struct ErrorFunction: ElementwiseOperator {
    public static let name = "erf"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the error function of each element.",
        details: "`y = 2/√π · ∫ exp(−t²) dt` from 0 to x.",
        operands: [.init("x", "of a floating-point type, any shape")],
        results: [.init("y", "of the type of x, of the shape of x")],
        constraints: unaryConstraints,
        example: "share = erf(x)")

    public static let elementTypes = ElementTypeRule.floatingPoint

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var formula: Expression { .unary(.errorFunction, .operand(0)) }
}
