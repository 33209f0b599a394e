/// One triangle of matrices, zeros elsewhere.
public struct Triangle: Operator {
    public static let name = "triangle"
    public static let documentation = OperatorDocumentation(
        summary: "Keeps the upper or lower triangle of matrices, and makes the rest zero.",
        details:
            "Element `(i, j)` of the last two dimensions is kept where `j ≥ i + diagonal` (upper) or `j ≤ i + diagonal` (lower).",
        operands: [.init("x", "any type, [..., rows, columns]")],
        attributes: [
            .init("part", "upper or lower; upper"), .init("diagonal", "how far from the main diagonal, above it; 0"),
        ],
        results: [.init("y", "of the same shape")],
        constraints: [.init("C1", "one operand of two or more dimensions")],
        example: "causal = triangle(scores, part: lower)")

    public var isUpper: Bool
    public var diagonal: Int

    public init(isUpper: Bool = true, diagonal: Int = 0) {
        self.isUpper = isUpper
        self.diagonal = diagonal
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        isUpper = try attributes.word("part", of: ["upper", "lower"], default: "upper") == "upper"
        diagonal = try attributes.integer("diagonal", in: -LanguageLimit.integer...LanguageLimit.integer, default: 0)
    }
    public var attributes: [Attribute] {
        (isUpper ? [] : [Attribute("part", .word("lower"))])
            + (diagonal == 0 ? [] : [Attribute("diagonal", .integer(diagonal))])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        guard operands[0].rank >= 2 else {
            throw ConstraintViolation(
                "C1", "triangle works on matrices, not on \(operands[0])",
                remedy: "give it a value of two or more dimensions",
                at: .operand(0))
        }
        return [InferredType(operands[0])]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { operands.haveNoSymbols || operands[0].rank > 2 }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(self, [gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let rank = results[0].count
        return [
            operands[0].moving(to: results[0]) { indices in
                let distance = indices[rank - 1] - indices[rank - 2] - diagonal
                return isUpper ? (distance >= 0 ? indices : nil) : (distance <= 0 ? indices : nil)
            }
        ]
    }
}
