import ApusGraph
import ApusInstructions
import ApusPlan

/// Products of matrices, one for each index of batch dimensions, before they are an instruction.
struct Contraction {
    /// One of the three matrices; strides count elements.
    struct Matrix {
        var place: Place
        var row: Int
        var column: Int
        var sample: Int
        /// One stride for each batch dimension.
        var batch: [Int]
        /// What it is where samples share it.
        var parameter: ValueID?
        /// Where it is in panels already; a right matrix in lines that are columns of the product.
        var panels: Operand?
    }

    var rows: Int
    var columns: Int
    var depth: Int
    /// The extents of the batch dimensions.
    private(set) var batch: [Int]
    private(set) var left: Matrix
    private(set) var right: Matrix
    private(set) var destination: Matrix
    var bias = Place.none
    var activation = Activation.none.rawValue
    /// Whether the products of the samples are added to the destination.
    var accumulates = false

    /// The product of the last two dimensions of two factors; the dimensions before are broadcast.
    init(left: Factor, right: Factor, destination: PlainValue) {
        let rank = max(left.dimensions.count, right.dimensions.count)
        let (first, second) = (left.padded(to: rank), right.padded(to: rank))
        let (row, column) = (rank - 2, rank - 1)
        rows = first.dimensions[left.isTransposed ? column : row]
        depth = first.dimensions[left.isTransposed ? row : column]
        columns = second.dimensions[right.isTransposed ? row : column]
        batch = (0..<row).map { max(first.dimensions[$0], second.dimensions[$0]) }
        self.left = left.matrix(rank: rank)
        self.right = right.matrix(rank: rank)
        let product = rows * columns
        self.destination = Matrix(
            place: destination.place, row: columns, column: 1, sample: destination.sampleStride,
            batch: rowMajorStrides(batch).map { $0 * product })
        mergeBatch()
    }

    /// Multiply-adds of a sample.
    var multiplyAdds: Int { batch.reduce(1, *) * rows * columns * depth }

    /// Joins batch dimensions that lie together in all three matrices, and makes those that share the right matrix more rows of
    /// the product: one large product is faster than many small ones.
    private mutating func mergeBatch() {
        for dimension in batch.indices.reversed() where batch[dimension] == 1 { remove(dimension) }
        for dimension in batch.indices.dropLast().reversed() {
            let next = dimension + 1
            let liesTogether = [left, right, destination].allSatisfy {
                $0.batch[dimension] == $0.batch[next] * batch[next]
            }
            guard liesTogether else { continue }
            batch[next] *= batch[dimension]
            remove(dimension)
        }
        guard let last = batch.indices.last, right.batch[last] == 0 else { return }
        if rows == 1 {
            (left.row, destination.row) = (left.batch[last], destination.batch[last])
        } else if left.batch[last] != rows * left.row || destination.batch[last] != rows * destination.row {
            return
        }
        rows *= batch[last]
        remove(last)
    }

    private mutating func remove(_ dimension: Int) {
        batch.remove(at: dimension)
        left.batch.remove(at: dimension)
        right.batch.remove(at: dimension)
        destination.batch.remove(at: dimension)
    }
}

/// An operand of a product.
struct Factor {
    /// Its dimensions in one sample, or all of them where samples share it.
    var dimensions: [Int]
    /// Where it is; none for a parameter, which may be needed in panels only.
    var place: Place
    var sampleStride: Int
    var parameter: ValueID?
    /// Whether its last two dimensions are exchanged.
    var isTransposed: Bool
    /// Where a matrix that is no value of the graph is in panels.
    var panels: Operand?

    fileprivate func padded(to rank: Int) -> (dimensions: [Int], strides: [Int]) {
        let missing = rank - dimensions.count
        return (
            Array(repeating: 1, count: missing) + dimensions,
            Array(repeating: 0, count: missing) + rowMajorStrides(dimensions)
        )
    }

    fileprivate func matrix(rank: Int) -> Contraction.Matrix {
        let (dimensions, strides) = padded(to: rank)
        let (row, column) = (strides[rank - 2], strides[rank - 1])
        return Contraction.Matrix(
            place: place, row: isTransposed ? column : row, column: isTransposed ? row : column, sample: sampleStride,
            batch: (0..<rank - 2).map { dimensions[$0] == 1 ? 0 : strides[$0] }, parameter: parameter, panels: panels)
    }
}

extension Factor {
    /// A right factor that all samples share, in panels of the target's width.
    init(panels: Operand, dimensions: [Int], isTransposed: Bool) {
        self.init(
            dimensions: dimensions, place: .fixed(panels), sampleStride: 0, isTransposed: isTransposed, panels: panels)
    }
}

extension Lowering {
    /// A value as an operand of a product.
    mutating func factor(_ value: ValueID, isTransposed: Bool = false) throws(LoweringError) -> Factor {
        guard context.samples.isDynamic(value) else {
            return Factor(
                dimensions: try typeShape(value), place: .none, sampleStride: 0, parameter: value,
                isTransposed: isTransposed)
        }
        let plain = try plainValue(value)
        return Factor(
            dimensions: plain.shape, place: plain.place, sampleStride: plain.sampleStride,
            isTransposed: isTransposed)
    }

    /// Appends a product to the body. What is a parameter is packed first: at compile time where it is constant, else at the
    /// start of each run.
    mutating func emit(_ contraction: Contraction, _ site: Site) throws(LoweringError) {
        guard contraction.batch.count <= 6 else {
            throw site.unsupported("multiplies matrices with at most six dimensions that lie apart before the last two")
        }
        let label = site.name
        let tile = MatrixTile(lanes: lanes)
        var parameters = ContractParameters(
            rows: contraction.rows, columns: contraction.columns, depth: contraction.depth,
            left: contraction.left.layout, right: contraction.right.layout, destination: contraction.destination.layout)
        parameters.batch = .init(innermost: contraction.batch, padding: 1)
        parameters.activation = contraction.activation
        parameters.accumulate = contraction.accumulates ? 1 : 0
        let (left, right): (Place, Place)
        if let packed = try packedMatrix(
            contraction.right, lines: contraction.columns, depth: contraction.depth, width: tile.columns,
            lineStride: contraction.right.column, depthStride: contraction.right.row)
        {
            (left, right) = (try place(of: contraction.left), .fixed(packed))
            parameters.packed = ContractParameters.Packed.right.rawValue
        } else if let packed = try packedMatrix(
            contraction.left, lines: contraction.rows, depth: contraction.depth, width: tile.rows,
            lineStride: contraction.left.row, depthStride: contraction.left.column)
        {
            (left, right) = (.fixed(packed), try place(of: contraction.right))
            parameters.packed = ContractParameters.Packed.left.rawValue
        } else {
            (left, right) = (try place(of: contraction.left), try place(of: contraction.right))
        }
        let elements = ContractInstruction.scratchElements(parameters, samples: plan.microBatch, lanes: lanes)
        let scratch = addScratch("\(label) panels", bytes: elements * ElementType.f32.size)
        emit(
            .contract, [left, right, contraction.bias, contraction.destination.place, scratch], parameters,
            label: label,
            multiplyAdds: contraction.multiplyAdds)
    }

    private mutating func place(of matrix: Contraction.Matrix) throws(LoweringError) -> Place {
        guard let value = matrix.parameter else { return matrix.place }
        return .fixed(try sharedOperand(value))
    }

    /// The matrix in panels of `width` lines; nil where it depends on samples, or where there are several.
    private mutating func packedMatrix(
        _ matrix: Contraction.Matrix, lines: Int, depth: Int, width: Int, lineStride: Int, depthStride: Int
    ) throws(LoweringError) -> Operand? {
        if let panels = matrix.panels { return panels }
        guard let value = matrix.parameter, !stages.isReduced(value), stage != .epilogue,
            matrix.batch.allSatisfy({ $0 == 0 })
        else {
            return nil
        }
        return try derive(
            .packMatrix, value,
            PackMatrixParameters(
                lines: lines, depth: depth, width: width, lineStride: lineStride, depthStride: depthStride),
            elements: MatrixTile.packedElements(lines: lines, depth: depth, width: width))
    }
}

extension Contraction.Matrix {
    fileprivate var layout: MatrixLayout {
        MatrixLayout(
            rowStride: row, columnStride: column, sampleStride: sample,
            batchStrides: .init(innermost: batch, padding: 0))
    }
}
