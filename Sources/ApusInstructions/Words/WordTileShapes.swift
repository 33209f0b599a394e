/// The tiles of convolutions whose factors come in words: how many sums may stay in registers at a time.
///
/// `rows` is 1 for tiles of neighbouring columns, 2 for 2 × 2 pooling windows side by side, and 0 where positions are linear: they
/// are numbered through all rows and samples. `columns` counts positions of a row. There are one or two output blocks; or up to eight of one
/// position that reads a whole image, where weights are read once and nothing else takes long. Elsewhere, and where there is an addend, a
/// tile of eight is computed as one of two.
///
/// Where the columns of a row are no multiple of a tile's, the last tile is a narrower one, or begins before the end of the one before
/// it: what is computed twice is the same both times.
package struct WordTileShapes: Sendable {
    /// A bit for each number of columns that there are tiles of rows of, from the lowest one for 0 on.
    private let columns: Int
    /// Whether there are tiles of rows of single channels too. If not, those have linear positions.
    private let hasPlainRows: Bool
    private let hasWindows: Bool
    /// Whether there are tiles of up to eight output blocks.
    private let hasEightOutputs: Bool

    /// Of ``QuantizedConvolutionParameters``: 1, 2, 3, 4, 6, 8, 12 and 14 columns; 1, 2, 4, 7 and 8 with a stride of 2; else none.
    ///
    /// - Parameter stride: of columns.
    @inline(__always)
    package static func bytes(stride: Int32) -> WordTileShapes {
        WordTileShapes(
            columns: stride == 1 ? 0b0101_0001_0101_1110 : stride == 2 ? 0b0000_0001_1001_0110 : 0, hasPlainRows: true,
            hasWindows: stride == 1, hasEightOutputs: true)
    }

    /// Of ``BFloat16ConvolutionParameters``: 1, 2, 4, 7, 8 and 14 columns, without strides.
    @inline(__always)
    package static func bfloat16(stride: Int32) -> WordTileShapes {
        WordTileShapes(
            columns: stride == 1 ? 0b0100_0001_1001_0110 : 0, hasPlainRows: false, hasWindows: stride == 1,
            hasEightOutputs: false)
    }

    @inline(__always)
    private init(columns: Int, hasPlainRows: Bool, hasWindows: Bool, hasEightOutputs: Bool) {
        self.columns = columns
        self.hasPlainRows = hasPlainRows
        self.hasWindows = hasWindows
        self.hasEightOutputs = hasEightOutputs
    }

    /// Whether there are tiles of rows of an image in blocks of so many channels.
    package func hasRows(block: Int) -> Bool { columns != 0 && (hasPlainRows || block > 1) }

    /// The output blocks that tiles of a convolution have.
    package func outputs(of convolution: ConvolutionParameters) -> [Int] {
        hasEightOutputs && convolution.readsWholeImage ? [1, 2, 8] : [1, 2]
    }

    /// The most columns that any tile has.
    package static var maximumColumns: Int { 14 }

    /// Sums that stay in registers, beside a vector of weights for each output block and one of the source.
    @inline(__always)
    package static func maximumSums(lanes: Int) -> Int { lanes == 16 ? 24 : 12 }

    /// Whether there is a kernel of so many output blocks, rows and columns.
    @inline(__always)
    package func exists(outputs: Int, rows: Int, columns: Int, lanes: Int) -> Bool {
        if outputs == 8 { return hasEightOutputs && rows == 0 && columns == 1 }
        guard outputs == 1 || outputs == 2, columns > 0, columns <= Self.maximumColumns else { return false }
        guard outputs &* max(1, rows) &* columns <= Self.maximumSums(lanes: lanes) else { return false }
        switch rows {
        case 0: return columns == 1 || columns == 2 || columns == 4 || columns == 8
        case 1: return hasColumns(columns)
        case 2: return hasWindows && columns % 2 == 0 && hasColumns(columns)
        default: return false
        }
    }

    @inline(__always)
    private func hasColumns(_ count: Int) -> Bool { columns >> count & 1 == 1 }

    /// The most columns, no more than `limit`, that there is a kernel for.
    @inline(__always)
    package func widest(outputs: Int, rows: Int, within limit: Int, lanes: Int) -> Int {
        var columns = min(max(limit, rows == 2 ? 2 : 1), Self.maximumColumns)
        while !exists(outputs: outputs, rows: rows, columns: columns, lanes: lanes) { columns &-= 1 }
        return columns
    }

    /// The fewest columns, no fewer than `needed`, that there is a kernel for, up to `limit`, for which there is one.
    @inline(__always)
    package func narrowest(outputs: Int, rows: Int, covering needed: Int, within limit: Int, lanes: Int) -> Int {
        var columns = needed
        while columns < limit, !exists(outputs: outputs, rows: rows, columns: columns, lanes: lanes) { columns &+= 1 }
        return min(columns, limit)
    }

    /// Every tile that there is of so many output blocks and rows.
    package func all(outputs: Int, rows: Int, lanes: Int) -> [ConvolutionTile] {
        (1...Self.maximumColumns).filter { exists(outputs: outputs, rows: rows, columns: $0, lanes: lanes) }
            .map { ConvolutionTile(outputs: outputs, rows: rows, columns: $0) }
    }
}
