/// Any formula of the elements of up to eight operands.
public struct Elementwise: ElementwiseOperator {
    public static let name = "elementwise"
    public static let documentation = OperatorDocumentation(
        summary: "Computes a formula for each element.",
        details: """
            The formula is written with the operands `a`, `b`, ... in their order, numbers, `+ - * /`, parentheses, and \
            functions of one operand (\(names(Expression.Unary.allCases))), of two (\(names(signless))), and \
            `select(condition, x, y)`. Passes join chains of element-wise operators into it, and gradients are made of it.
            """,
        operands: (0..<Expression.operandLimit).map {
            .init(
                "\(Expression.operand($0))",
                $0 == 0 ? "of a floating-point type, or bool" : "as a, where the formula has it")
        },
        attributes: [.init("formula", "the formula, in quotes")],
        results: [.init("y", "of the broadcast shape")],
        constraints: elementwiseConstraints,
        example: "swish = elementwise(x, formula: \"a * logistic(a)\")")

    public static let elementTypes = ElementTypeRule.mixed

    public var formula: Expression

    public init(_ formula: Expression) { self.formula = formula }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        let text = try attributes.string("formula")
        guard let formula = Expression(text) else {
            throw AttributeError(
                attribute: "formula", message: "'\(text)' is not a formula",
                remedy: "write one with the operands a, b, ..., for instance \"a * logistic(a)\"")
        }
        self.formula = formula
    }
    public var attributes: [Attribute] { [Attribute("formula", .string("\(formula)"))] }

    public var operandCount: Int { (formula.operands.max() ?? 0) + 1 }

    private static let signless = Expression.Binary.allCases.filter {
        ![.add, .subtract, .multiply, .divide].contains($0)
    }
    private static func names<Function: RawRepresentable<String>>(_ functions: [Function]) -> String {
        functions.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    }
}
