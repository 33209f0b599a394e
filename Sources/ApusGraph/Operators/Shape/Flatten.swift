/// Each sample as one row.
public struct Flatten: Operator {
    public static let name = "flatten"
    public static let documentation = OperatorDocumentation(
        summary: "Makes one row of each sample.",
        details: "The elements stay in row-major order: channels, then rows, then columns.",
        operands: [.init("x", "f32[N, ...]")],
        results: [.init("y", "f32[N, product of the other dimensions]")],
        constraints: [
            .init("C1", "one operand of element type f32"),
            .init("C2", "the first dimension is a batch symbol, and all others are numbers"),
        ],
        example: "flat = flatten(pool3)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public var isReshape: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let x = try elementwiseType(operands, count: 1, of: Self.name).type
        guard x.isBatched, let shape = x.sampleShape, let count = x.sampleElements else {
            throw ConstraintViolation(
                "C2", "flatten keeps a batch dimension and needs numbers after it, but its operand is \(x)",
                remedy: "give it a value f32[N, ...], or use reshape", at: .operand(0))
        }
        let product = shape.isEmpty ? "1" : shape.map(String.init).joined(separator: " × ")
        return [InferredType(TensorType(.f32, [x.dimensions[0], .fixed(count)]), derivations: [nil, product])]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [try reshapedGradient(&context)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [Tensor(shape: results[0], elements: operands[0].elements)]
    }
}

/// The gradient of operators that only change a shape: the result's gradient in the operand's shape.
func reshapedGradient(_ context: inout GradientContext) throws(GraphError) -> ValueID? {
    guard context.needed[0], let gradient = context.resultGradients[0] else { return nil }
    guard let shape = context.operandType(0).sampleShape else { return nil }
    return try context.emit(Reshape(shape: shape), [gradient], gradientOf: 0)
}
