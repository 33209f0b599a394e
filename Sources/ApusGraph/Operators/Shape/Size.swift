/// The number of elements of a value.
public struct Size: Operator {
    public static let name = "size"
    public static let documentation = OperatorDocumentation(
        summary: "Gives the number of elements of a value.",
        operands: [.init("x", "any type and shape")],
        results: [.init("y", "i64[]")],
        constraints: [.init("C1", "one operand")],
        example: "count = size(image)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1)
        return [InferredType(TensorType(.i64, []))]
    }

    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        [KnownIntegers(scalar: .product(types[0].dimensions))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool { operands.haveNoSymbols }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] { [nil] }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [Tensor(.i64, shape: [], integers: [operands[0].count])]
    }
}
