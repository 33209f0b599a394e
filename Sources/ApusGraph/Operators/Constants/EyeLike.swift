/// Ones on a diagonal.
public struct EyeLike: Operator {
    public static let name = "eye_like"
    public static let documentation = OperatorDocumentation(
        summary: "Makes a matrix of a value's shape with ones on a diagonal and zeros elsewhere.",
        details: "`y[i, j] = 1` where `j = i + diagonal`.",
        operands: [.init("x", "any type, [rows, columns]: its shape counts, not its elements")],
        attributes: [
            .init("diagonal", "how far from the main diagonal, above it; 0"), .init("type", "the element type; f32"),
        ],
        results: [.init("y", "of the shape of x")],
        constraints: [.init("C1", "one operand of two dimensions")],
        example: "unit = eye_like(weights)")

    public var diagonal: Int
    public var elementType: ElementType

    public init(diagonal: Int = 0, elementType: ElementType = .f32) {
        self.diagonal = diagonal
        self.elementType = elementType
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        diagonal = try attributes.integer("diagonal", in: -LanguageLimit.integer...LanguageLimit.integer, default: 0)
        elementType = try attributes.elementType("type", default: .f32)
    }
    public var attributes: [Attribute] {
        (diagonal == 0 ? [] : [Attribute("diagonal", .integer(diagonal))])
            + (elementType == .f32 ? [] : [Attribute("type", .word(elementType.rawValue))])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        guard operands[0].rank == 2 else {
            throw ConstraintViolation(
                "C1", "eye_like works on matrices, not on \(operands[0])", remedy: "give it a value of two dimensions",
                at: .operand(0))
        }
        return [InferredType(TensorType(elementType, operands[0].dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { operands.haveNoSymbols }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] { [nil] }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (rows, columns) = (results[0][0], results[0][1])
        let ones = (0..<rows * columns).map { $0 % columns == $0 / columns + diagonal ? 1.0 : 0 }
        return [Tensor(shape: results[0], elements: ones).converted(to: elementType)]
    }
}
