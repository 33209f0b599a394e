/// The inverses of square matrices.
public struct Inverse: Operator {
    public static let name = "inverse"
    public static let documentation = OperatorDocumentation(
        summary: "Inverts square matrices.",
        details: """
            `y[..., :, :] · x[..., :, :]` is the identity. Computed in double precision by Gauss-Jordan elimination with row \
            exchanges (Golub and Van Loan, "Matrix Computations", section 3.4). The result for a matrix that has no inverse \
            holds numbers that are not finite, or are very large.
            """,
        operands: [.init("x", "f32[..., M, M]")],
        results: [.init("y", "of the type and shape of x")],
        constraints: [
            .init("C1", "one operand of element type f32, of two dimensions or more"),
            .init("C2", "the last two dimensions are equal, and are numbers of 1 to 1024"),
        ],
        example: "unmix = inverse(mix)")

    /// The most rows of a matrix.
    package static let rowLimit = 1024

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1)
        let x = operands[0]
        guard x.elementType == .f32, x.rank >= 2 else {
            throw ConstraintViolation(
                "C1", "\(name) works on f32 matrices, not on \(x)", remedy: "give it a value of two dimensions or more",
                at: .operand(0))
        }
        guard let rows = x.dimensions[x.rank - 2].number, x.dimensions[x.rank - 1].number == rows,
            (1...Self.rowLimit).contains(rows)
        else {
            throw ConstraintViolation(
                "C2", "the matrices of \(x) have no inverses",
                remedy: "give it square matrices of 1 to \(Self.rowLimit) rows", at: .operand(0))
        }
        return [InferredType(x)]
    }

    /// `dx = −yᵀ · dy · yᵀ`: from `d(y·x) = 0` (Petersen and Pedersen, "The Matrix Cookbook", equation 59).
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let dy = context.resultGradients[0] else { return [nil] }
        let y = context.node.results[0]
        let left = try context.emit(MatMul(transposeA: true), [y, dy], gradientOf: 0)
        let product = try context.emit(MatMul(transposeB: true), [left, y], gradientOf: 0)
        return [try context.emit(Negate(), [product], gradientOf: 0)]
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        let rows = operands[0].dimensions.last?.number ?? 1
        return Cost(multiplyAdds: (results[0].sampleElements ?? 0) * rows)
    }

    /// Eliminates in the matrix beside the identity, `[x | 1]`.
    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let rows = results[0][results[0].count - 1]
        var elements: [Double] = []
        for matrix in stride(from: 0, to: operands[0].count, by: rows * rows) {
            var table = (0..<rows).map { row in
                (0..<2 * rows).map { column in
                    column < rows
                        ? operands[0].elements[matrix + row * rows + column] : column - rows == row ? 1 : 0
                }
            }
            for pivot in 0..<rows {
                let best = (pivot..<rows).max { abs(table[$0][pivot]) < abs(table[$1][pivot]) } ?? pivot
                table.swapAt(pivot, best)
                let scale = 1 / table[pivot][pivot]
                table[pivot] = table[pivot].map { $0 * scale }
                for row in 0..<rows where row != pivot {
                    let factor = table[row][pivot]
                    for column in 0..<2 * rows { table[row][column] -= factor * table[pivot][column] }
                }
            }
            for row in table { elements += row[rows...] }
        }
        return [Tensor(shape: results[0], elements: elements)]
    }
}
