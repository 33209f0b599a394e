import Glibc

/// Probabilities from logits.
public struct Softmax: Operator {
    public static let name = "softmax"
    public static let documentation = OperatorDocumentation(
        summary: "Turns the last dimension into probabilities.",
        details: "`y[k] = exp(x[k]) / Σ_j exp(x[j])` over the last dimension, computed from `x − max x`.",
        operands: [.init("x", "f32[..., K]")],
        results: [.init("y", "f32 of the same shape")],
        constraints: rowConstraints,
        example: "output probabilities = softmax(logits)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try inferRows(operands, count: 1, Self.name)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        return [try context.emit(SoftmaxGradient(), [context.node.results[0], gradient], gradientOf: 0)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [mapRows(operands[0]) { row in softmax(row) }]
    }
}

let rowConstraints: [OperatorDocumentation.Entry] = [
    .init("C1", "as many operands as listed, of element type f32 and of one shape"),
    .init("C2", "the last dimension is a number, and no dimension but the first is a symbol"),
]

/// The shape rule of operators on the rows of the last dimension.
func inferRows(
    _ operands: [TensorType], count: Int, _ name: String
) throws(ConstraintViolation) -> InferredType {
    let result = try elementwiseType(operands, count: count, of: name)
    guard let shape = result.type.sampleShape, !shape.isEmpty else {
        throw ConstraintViolation(
            "C2", "\(name) works on the last dimension, but \(operands[0]) has none that is a number",
            remedy: "give it a value f32[N, K]", at: .operand(0))
    }
    return result
}

/// Maps each row of the last dimension.
func mapRows(_ x: Tensor, _ body: (ArraySlice<Double>) -> [Double]) -> Tensor {
    let count = x.shape[x.shape.count - 1]
    let starts = stride(from: 0, to: x.elements.count, by: count)
    return Tensor(shape: x.shape, elements: starts.flatMap { body(x.elements[$0..<$0 + count]) })
}

/// Maps each row of the last dimension of two tensors of one shape.
func mapRows(_ x: Tensor, _ y: Tensor, _ body: (ArraySlice<Double>, ArraySlice<Double>) -> [Double]) -> Tensor {
    mapRows(x) { row in body(row, y.elements[row.startIndex..<row.endIndex]) }
}

func softmax(_ row: ArraySlice<Double>) -> [Double] { logSoftmax(row).map { exp($0) } }

func logSoftmax(_ row: ArraySlice<Double>) -> [Double] {
    let greatest = row.max() ?? 0
    let logarithm = log(row.reduce(0) { $0 + exp($1 - greatest) })
    return row.map { $0 - greatest - logarithm }
}

/// The gradient of ``Softmax``, from its result.
public struct SoftmaxGradient: Operator {
    public static let name = "softmax_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of softmax.",
        details: "`dx[k] = y[k] · (dy[k] − Σ_j y[j] · dy[j])`.",
        operands: [.init("y", "the result of softmax"), .init("dy", "its gradient")],
        results: [.init("dx", "the operand's gradient")],
        constraints: rowConstraints,
        example: "logits.gradient = softmax_gradient(probabilities, probabilities.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        [try inferRows(operands, count: 2, Self.name)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [
            mapRows(operands[0], operands[1]) { y, gradient in
                let mean = zip(y, gradient).reduce(0) { $0 + $1.0 * $1.1 }
                return zip(y, gradient).map { $0 * ($1 - mean) }
            }
        ]
    }
}
