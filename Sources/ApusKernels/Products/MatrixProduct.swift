import ApusInstructions

/// How far rows and columns of a matrix are apart, in elements.
struct MatrixSteps {
    var row: Int
    var column: Int

    var transposed: MatrixSteps { MatrixSteps(row: column, column: row) }
}

/// One product of matrices: `destination = activation(alpha · left · right + bias)`, or added to it.
///
/// See ``ContractParameters`` for the order of sums, and ``MatrixTile`` for the blocks.
struct MatrixProduct {
    let tile = MatrixTile(lanes: lanes)
    var rows: Int
    var columns: Int
    var depth: Int
    var left: MatrixSteps
    var right: MatrixSteps
    var destination: MatrixSteps
    var isLeftPacked = false
    var isRightPacked = false
    var bias: Floats? = nil
    var biasAlongRows = false
    var alpha: Float = 1
    var accumulates = false
    /// Whether all terms are added one after another to what the destination holds, with no blocks. `alpha` is then 1.
    var isOneSum = false
    var relu = false

    init(rows: Int, columns: Int, depth: Int, left: MatrixSteps, right: MatrixSteps, destination: MatrixSteps) {
        self.rows = rows
        self.columns = columns
        self.depth = depth
        self.left = left
        self.right = right
        self.destination = destination
    }

    /// The same with rows and columns exchanged: `destinationᵀ = rightᵀ · leftᵀ`. Nothing is packed.
    var transposed: MatrixProduct {
        var product = self
        (product.rows, product.columns) = (columns, rows)
        (product.left, product.right) = (right.transposed, left.transposed)
        product.destination = destination.transposed
        product.biasAlongRows = !biasAlongRows
        return product
    }

    /// Computes the product. The scratch has ``MatrixTile/scratchElements(rows:columns:depth:)``.
    func compute(_ left: Floats, _ right: Floats, _ destination: Floats, scratch: Floats) {
        if rows == 0 || columns == 0 { return }
        let packsLeft = !isLeftPacked && rows > 3 && columns > 3 &* tile.columns && !hasSpreadRows
        let packsRight =
            !isRightPacked && (self.right.column != 1 || (rows > 2 &* tile.rows && columns &* depth > 8192))
        var block = MatrixBlock()
        // The right one first: its vectors are then aligned like the scratch.
        let rightColumns = (min(columns, tile.blockColumns) + tile.columns - 1) / tile.columns &* tile.columns
        let packedLeft = scratch + rightColumns &* min(depth, tile.depth)
        while block.row < rows {
            block.rows = min(tile.blockRows, rows - block.row)
            block.term = 0
            repeat {
                block.terms = min(tile.depth, depth - block.term)
                setLeft(&block, left, packedLeft, packs: packsLeft)
                block.column = 0
                while block.column < columns {
                    block.columns = min(tile.blockColumns, columns - block.column)
                    setRight(&block, right, scratch, packs: packsRight)
                    computeTiles(block, destination)
                    block.column += block.columns
                }
                block.term += block.terms
            } while block.term < depth
            block.row += block.rows
        }
    }

    /// Whether a tile's rows of the left matrix can stay in the nearest cache where they are: their terms are adjacent, and rows are
    /// not so far apart that most of them would want the same places in it.
    @inline(__always)
    private var hasSpreadRows: Bool { left.column == 1 && left.row % 512 != 0 }

    @inline(__always)
    private func setLeft(_ block: inout MatrixBlock, _ left: Floats, _ scratch: Floats, packs: Bool) {
        if isLeftPacked {
            block.left = left + block.row &* depth + block.term &* tile.rows
            (block.leftTile, block.rowStep, block.scalarStep) = (tile.rows &* depth, 1, tile.rows)
            return
        }
        let source = left + block.row &* self.left.row + block.term &* self.left.column
        guard packs else {
            block.left = source
            (block.rowStep, block.scalarStep) = (self.left.row, self.left.column)
            block.leftTile = tile.rows &* self.left.row
            return
        }
        packPanels(
            source, lineStride: self.left.row, depthStride: self.left.column, lines: block.rows, depth: block.terms,
            width: tile.rows, to: scratch)
        block.left = scratch
        (block.leftTile, block.rowStep, block.scalarStep) = (tile.rows &* block.terms, 1, tile.rows)
    }

    @inline(__always)
    private func setRight(_ block: inout MatrixBlock, _ right: Floats, _ scratch: Floats, packs: Bool) {
        block.lastPanel = nil
        if isRightPacked {
            block.right = right + block.column &* depth + block.term &* tile.columns
            (block.panelStep, block.vectorStep) = (tile.columns &* depth, tile.columns)
            return
        }
        let source = right + block.term &* self.right.row + block.column &* self.right.column
        if packs {
            packPanels(
                source, lineStride: self.right.column, depthStride: self.right.row, lines: block.columns,
                depth: block.terms, width: tile.columns, to: scratch)
            block.right = scratch
            (block.panelStep, block.vectorStep) = (tile.columns &* block.terms, tile.columns)
            return
        }
        block.right = source
        (block.panelStep, block.vectorStep) = (tile.columns, self.right.row)
        // Whole vectors of the last columns would reach beyond the matrix.
        let rest = block.columns % tile.columns
        if rest == 0 || rest == lanes { return }
        packPanels(
            source + (block.columns - rest), lineStride: 1, depthStride: self.right.row, lines: rest,
            depth: block.terms,
            width: tile.columns, to: scratch)
        block.lastPanel = scratch
    }

    private func computeTiles(_ block: MatrixBlock, _ destination: Floats) {
        var memory = MatrixTileMemory()
        withUnsafeMutablePointer(to: &memory) { memory in
            memory.pointee.terms = block.terms
            memory.pointee.rowStep = block.rowStep
            memory.pointee.thirdRow = 3 &* block.rowStep
            memory.pointee.sixthRow = 6 &* block.rowStep
            memory.pointee.ninthRow = 9 &* block.rowStep
            memory.pointee.scalarStep = block.scalarStep
            memory.pointee.continues = isOneSum
            var scalars = block.left
            var row = 0
            while row < block.rows {
                let rows = min(tile.rows, block.rows - row)
                computeRow(block, memory, scalars, row: row, rows: rows, destination)
                scalars += block.leftTile
                row += rows
            }
        }
    }

    /// The tiles of some rows, over all columns of the block.
    @inline(__always)
    private func computeRow(
        _ block: MatrixBlock, _ memory: MatrixTilePointer, _ scalars: Floats, row: Int, rows: Int,
        _ destination: Floats
    ) {
        let together = matrixTilePanels(rows: rows)
        var panel = 0
        var left = block.columns
        while left > 0 {
            var panels = left >= together &* tile.columns ? together : 1
            var vectors = block.right + panel &* block.panelStep
            memory.pointee.vectorStep = block.vectorStep
            memory.pointee.panelStep = block.panelStep
            if left < tile.columns, let last = block.lastPanel {
                vectors = last
                memory.pointee.vectorStep = tile.columns
                panels = 1
            }
            let count = min(left, panels &* tile.columns)
            let vectorCount = count <= lanes ? 1 : 2 &* panels
            let place = MatrixPlace(
                row: block.row + row, column: block.column + panel &* tile.columns, rows: rows, columns: count,
                vectors: vectorCount)
            if isOneSum { load(memory, place, destination) }
            sumMatrixTile(rows: rows, panels: panels, half: vectorCount == 1, memory, scalars, vectors)
            store(
                memory, place, destination, isFirst: block.term == 0, isLast: block.term + block.terms == depth)
            panel += panels
            left -= count
        }
    }
}

/// The blocks of both matrices that are multiplied: where they begin in the whole, and how they lie.
struct MatrixBlock {
    var (row, rows) = (0, 0)
    var (column, columns) = (0, 0)
    var (term, terms) = (0, 0)
    var left = emptyMemory
    var (leftTile, rowStep, scalarStep) = (0, 0, 0)
    var right = emptyMemory
    var (panelStep, vectorStep) = (0, 0)
    /// The last panel, where it isn't read from the matrix itself.
    var lastPanel: Floats? = nil
}

/// An address that nothing is read from.
@inline(__always)
private var emptyMemory: Floats { UnsafeMutablePointer(bitPattern: 64).unsafelyUnwrapped }
