/// The blocks that products of matrices are computed in, on a target of V lanes.
///
/// A tile's sums stay in registers while the depth runs: 24 where there are 32 registers, else 12. A tile's rows of a block of the
/// left matrix stay in the nearest cache, a block of the right one in the second: Goto and van de Geijn, "Anatomy of
/// High-Performance Matrix Multiplication" (2008), section 4.
package struct MatrixTile: Sendable {
    /// Rows of a tile: the width of the left matrix's panels.
    package let rows: Int
    /// Columns of a tile, two vectors: the width of the right matrix's panels.
    package let columns: Int
    /// Terms of a sum before it is added to the destination.
    package var depth: Int { 256 }
    /// Rows of the left matrix, a multiple of a tile's, and columns of the right one, that are packed together.
    package var blockRows: Int { 960 }
    package var blockColumns: Int { 256 }
    /// Products whose operands both lie along the depth are computed along it, with nothing packed, where they have four rows or
    /// columns or fewer, or no more rows than this (columns, where the destination's columns aren't adjacent), and at least
    /// 4 · V terms.
    package static var dotRows: Int { 12 }

    package init(lanes: Int) {
        rows = lanes >= 16 ? 12 : 6
        columns = 2 * lanes
    }

    /// Elements of memory for the packed blocks of one product.
    package func scratchElements(rows: Int, columns: Int, depth: Int) -> Int {
        let leftRows = (min(rows, blockRows) + self.rows - 1) / self.rows * self.rows
        let rightColumns = (min(columns, blockColumns) + self.columns - 1) / self.columns * self.columns
        return (leftRows + rightColumns) * min(depth, self.depth)
    }

    /// Elements of `lines` rows (or columns) of `depth` terms packed in panels of `width`.
    package static func packedElements(lines: Int, depth: Int, width: Int) -> Int {
        (lines + width - 1) / width * width * depth
    }
}
