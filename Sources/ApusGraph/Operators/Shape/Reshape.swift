/// The same elements in another shape.
public struct Reshape: Operator {
    public static let name = "reshape"
    public static let documentation = OperatorDocumentation(
        summary: "Gives the elements another shape.",
        details: """
            The elements stay in row-major order. For a value with a batch dimension the shape is that of one sample; \
            otherwise it is the whole shape. One number may be -1: it is derived.
            """,
        operands: [.init("x", "f32 of any shape")],
        attributes: [.init("shape", "the new numbers, one of which may be -1")],
        results: [.init("y", "f32 of the new shape")],
        constraints: [
            .init("C1", "one operand of element type f32"),
            .init("C2", "no dimension of x but the first is a symbol"),
            .init("C3", "the numbers of `shape` are at least 1, but for one that may be -1"),
            .init("C4", "the new shape has as many elements as the old one"),
        ],
        example: "picture = reshape(row, shape: [1, 28, -1])")

    /// The new shape, without the batch dimension where there is one. At most one number is −1.
    public var shape: [Int]

    public init(shape: [Int]) { self.shape = shape }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        guard let shape = try attributes.integers("shape") else {
            throw AttributeError(
                attribute: "shape", message: "reshape needs 'shape'", remedy: "add 'shape:' with a list of numbers")
        }
        self.shape = shape
    }
    public var attributes: [Attribute] { [Attribute("shape", .integers(shape))] }

    public var isReshape: Bool { true }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let x = try elementwiseType(operands, count: 1, of: Self.name).type
        guard let count = x.sampleElements else {
            throw ConstraintViolation(
                "C2", "reshape can't count the elements of \(x)", remedy: "use numbers for all but the first dimension",
                at: .operand(0))
        }
        let open = shape.indices.filter { shape[$0] == -1 }
        guard open.count <= 1, shape.allSatisfy({ $0 == -1 || $0 >= 1 }) else {
            throw ConstraintViolation(
                "C3", "\(shape) is not a shape", remedy: "use numbers from 1 on, and -1 at most once",
                at: .attribute("shape"))
        }
        let known = shape.filter { $0 != -1 }
        var product: Int? = 1
        for number in known {
            product = product.flatMap { so in
                let (value, overflow) = so.multipliedReportingOverflow(by: number)
                return overflow ? nil : value
            }
        }
        guard let product, open.isEmpty ? product == count : count % product == 0 else {
            throw ConstraintViolation(
                "C4",
                "the \(count) elements of \(x)\(x.isBatched ? " (one sample)" : "") do not fill \(shape)",
                remedy: "choose numbers whose product is \(count), or write -1 for one of them",
                at: .attribute("shape"))
        }
        var numbers = shape
        var derivations = [String?](repeating: nil, count: shape.count)
        for index in open {
            numbers[index] = count / product
            derivations[index] = "\(count) / \(product)"
        }
        let batch = x.isBatched ? [x.dimensions[0]] : []
        return [
            InferredType(
                TensorType(.f32, batch + numbers.map(Dimension.fixed)),
                derivations: batch.map { _ in nil } + derivations)
        ]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        [try reshapedGradient(&context)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [Tensor(shape: results[0], elements: operands[0].elements)]
    }
}
