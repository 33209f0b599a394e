/// Elements converted to another type.
public struct Cast: Operator {
    public static let name = "cast"
    public static let documentation = OperatorDocumentation(
        summary: "Converts elements to another type.",
        details: """
            A number becomes an integer by cutting off its fraction; one beyond the integer's range becomes the end of the \
            range, and not-a-number becomes 0. It becomes the nearest number of a floating-point type, ties to even. An \
            integer becomes another by its low bits. What is not 0 becomes true. The gradient is converted back; where an \
            integer or a truth value is on the way, it is 0.
            """,
        operands: [.init("x", "of any type, any shape")],
        attributes: [.init("to", "the element type of the result")],
        results: [.init("y", "of the type `to`, of the shape of x")],
        constraints: [.init("C1", "one operand")],
        example: "numbers = cast(codes, to: f32)")

    public var elementType: ElementType

    public init(to elementType: ElementType) { self.elementType = elementType }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        elementType = try attributes.elementType("to")
    }
    public var attributes: [Attribute] { [Attribute("to", .word(elementType.rawValue))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1...1, "one operand")
        return [InferredType(TensorType(elementType, operands[0].dimensions))]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], elementType.isFloatingPoint, let gradient = context.resultGradients[0] else {
            return [nil]
        }
        let own = context.operandType(0).elementType
        return [own == elementType ? gradient : try context.emit(Cast(to: own), [gradient], gradientOf: 0)]
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        elementType.isInteger ? operands : [nil]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [operands[0].converted(to: elementType)]
    }
}
