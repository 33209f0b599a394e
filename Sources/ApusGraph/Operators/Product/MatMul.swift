/// The product of matrices, or of batches of them.
public struct MatMul: Operator {
    public static let name = "matmul"
    public static let documentation = OperatorDocumentation(
        summary: "Multiplies matrices.",
        details: """
            `y[..., m, n] = Σ_k a[..., m, k] · b[..., k, n]`. Dimensions before the last two are broadcast as those of \
            add. With `transpose_a` the last two dimensions of a are exchanged first, with `transpose_b` those of b.
            """,
        operands: [.init("a", "f32[..., M, K]"), .init("b", "f32[..., K, N]")],
        attributes: [
            .init("transpose_a", "whether a is [..., K, M]; false"),
            .init("transpose_b", "whether b is [..., N, K]; false"),
        ],
        results: [.init("y", "f32[..., M, N]")],
        constraints: [
            .init("C1", "two operands of element type f32, of two dimensions or more"),
            .init("C2", "both have the same K"),
            .init("C3", "aligned at the last one, the dimensions before the last two are equal, or 1, or missing"),
        ],
        example: "scores = matmul(query, key, transpose_b: true)")

    public var transposeA: Bool
    public var transposeB: Bool

    public init(transposeA: Bool = false, transposeB: Bool = false) {
        self.transposeA = transposeA
        self.transposeB = transposeB
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        transposeA = try attributes.boolean("transpose_a", default: false)
        transposeB = try attributes.boolean("transpose_b", default: false)
    }
    public var attributes: [Attribute] {
        (transposeA ? [Attribute("transpose_a", .boolean(true))] : [])
            + (transposeB ? [Attribute("transpose_b", .boolean(true))] : [])
    }

    /// Rows and columns of an operand as it is multiplied.
    private func matrix<Size>(_ dimensions: [Size], _ isTransposed: Bool) -> (rows: Size, columns: Size) {
        let (first, last) = (dimensions[dimensions.count - 2], dimensions[dimensions.count - 1])
        return isTransposed ? (last, first) : (first, last)
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        guard operands.count == 2, operands.allSatisfy({ $0.elementType == .f32 && $0.rank >= 2 }) else {
            throw ConstraintViolation(
                "C1", "matmul multiplies two f32 values of two dimensions or more, not \(operands)",
                remedy: "give it two such values")
        }
        let (a, b) = (matrix(operands[0].dimensions, transposeA), matrix(operands[1].dimensions, transposeB))
        guard a.columns == b.rows else {
            throw ConstraintViolation(
                "C2",
                "a row of \(operands[0]) has \(a.columns) numbers here and a column of \(operands[1]) has \(b.rows)",
                remedy: "make them equal, or exchange dimensions by transpose_a or transpose_b", at: .operand(1))
        }
        let batches = operands.map { TensorType(.f32, Array($0.dimensions.dropLast(2))) }
        let batch: [Dimension]
        do { batch = try broadcastDimensions(batches) } catch {
            throw ConstraintViolation("C3", error.message, remedy: error.remedy, at: .operand(1))
        }
        return [InferredType(TensorType(.f32, batch + [a.rows, b.columns]))]
    }

    public func keepsSamplesApart(_ operands: [TensorType]) -> Bool {
        let rank = operands.map(\.rank).max() ?? 0
        return zip(operands, [!transposeA, false]).allSatisfy { operand, rowsLead in
            !operand.isBatched || (operand.rank == rank && (rank > 2 || rowsLead))
        }
    }

    /// Where b is one matrix and a many, the sum over all of a's rows is one product: nothing is made for each matrix.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients: [ValueID?] = [nil, nil]
        guard let dy = context.resultGradients[0] else { return gradients }
        let (a, b) = (context.node.operands[0], context.node.operands[1])
        if context.needed[0] {
            let product =
                transposeA
                ? try context.emit(MatMul(transposeA: transposeB, transposeB: true), [b, dy], gradientOf: 0)
                : try context.emit(MatMul(transposeB: !transposeB), [dy, b], gradientOf: 0)
            gradients[0] = try context.unbroadcast(product, operand: 0)
        }
        if context.needed[1] {
            var (left, right) = (a, dy)
            if context.operandType(1).rank == 2, context.operandType(0).rank > 2, !transposeA {
                left = try context.rows(a, operand: 1)
                right = try context.rows(dy, operand: 1)
            }
            let product =
                transposeB
                ? try context.emit(MatMul(transposeA: true, transposeB: transposeA), [right, left], gradientOf: 1)
                : try context.emit(MatMul(transposeA: !transposeA), [left, right], gradientOf: 1)
            gradients[1] = try context.unbroadcast(product, operand: 1)
        }
        return gradients
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        let depth = matrix(operands[0].dimensions, transposeA).columns.number ?? 1
        return Cost(multiplyAdds: (results[0].sampleElements ?? 0) * depth)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (a, b) = (operands[0], operands[1])
        let (rows, depth) = matrix(a.shape, transposeA)
        let columns = matrix(b.shape, transposeB).columns
        let batch = Array(results[0].dropLast(2))
        let aStarts = broadcastOffsets(Array(a.shape.dropLast(2)), to: batch)
        let bStarts = broadcastOffsets(Array(b.shape.dropLast(2)), to: batch)
        let (aStep, bStep) = (
            transposeA ? (row: 1, depth: rows) : (row: depth, depth: 1),
            transposeB ? (depth: 1, column: depth) : (depth: columns, column: 1)
        )
        let (left, right) = (a.elements, b.elements)
        var elements: [Double] = []
        for (aStart, bStart) in zip(aStarts, bStarts) {
            let (aOrigin, bOrigin) = (aStart * rows * depth, bStart * depth * columns)
            for row in 0..<rows {
                for column in 0..<columns {
                    var sum = 0.0
                    for k in 0..<depth {
                        sum +=
                            left[aOrigin + row * aStep.row + k * aStep.depth]
                            * right[bOrigin + k * bStep.depth + column * bStep.column]
                    }
                    elements.append(sum)
                }
            }
        }
        return [Tensor(shape: results[0], elements: elements)]
    }
}

extension GradientContext {
    /// A value as one matrix of all its rows.
    fileprivate mutating func rows(_ value: ValueID, operand: Int) throws(GraphError) -> ValueID {
        let dimensions = editor.graph[value].type.dimensions
        let rows = dimensions.dropLast().reduce(.fixed(1), *)
        return try emit(Reshape(whole: [rows, dimensions[dimensions.count - 1]]), [value], gradientOf: operand)
    }
}
