/// The operand itself.
public struct Identity: Operator {
    public static let name = "identity"
    public static let documentation = OperatorDocumentation(
        summary: "Gives its operand.",
        details: "`y = x`. Imported graphs have it; a pass takes it out.",
        operands: [.init("x", "any type and shape")],
        results: [.init("y", "as x")],
        constraints: [.init("C1", "one operand")],
        example: "copy = identity(x)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        return [InferredType(operands[0])]
    }

    public func unchangedOperands(_ constants: [Elements?]) -> [Int] { [0] }
    public var movesElements: Bool { true }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] { operands }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] { context.resultGradients }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] { operands }
}
