/// How **quantizedWinograd** parts an image of results into tiles.
///
/// A tile is of four rows and four columns. One or two rows that are left at the bottom are a row of low tiles, of two rows; and one or two
/// columns at the right are a column of narrow tiles. What a tile has beyond the image isn't stored. Both do with four of the six frequencies.
///
/// Tiles are in this order, from top to bottom and from left to right: the narrow ones of four rows; the wide ones of four rows; the wide ones
/// of two; the narrow one of two. Of any number of them in a row, those that have a frequency lie in a row too.
package struct QuantizedWinogradTiling: Sendable, Equatable {
    /// Rows of tiles that are four rows high.
    package let tallRows: Int
    package let hasLowRow: Bool
    /// Columns of tiles that are four columns wide.
    package let wideColumns: Int
    package let hasNarrowColumn: Bool

    /// - Parameters:
    ///   - height: rows of results, before pooling.
    ///   - width: columns of them.
    ///   - isPooled: whether those that fill no window of 2 × 2 are left out.
    package init(height: Int, width: Int, isPooled: Bool) {
        let (height, width) = isPooled ? (height & ~1, width & ~1) : (height, width)
        tallRows = (height &+ 1) / 4
        hasLowRow = 4 &* tallRows < height
        wideColumns = (width &+ 1) / 4
        hasNarrowColumn = 4 &* wideColumns < width
    }

    package init(_ convolution: ConvolutionParameters) {
        self.init(
            height: Int(convolution.outputHeight), width: Int(convolution.outputWidth),
            isPooled: convolution.poolHeight > 0)
    }

    package var rows: Int { tallRows &+ (hasLowRow ? 1 : 0) }
    package var columns: Int { wideColumns &+ (hasNarrowColumn ? 1 : 0) }
    package var count: Int { rows &* columns }
    /// The narrow tiles of four rows, which are the first.
    package var narrowTiles: Int { hasNarrowColumn ? tallRows : 0 }
    /// The wide tiles, which follow.
    package var wideTiles: Int { rows &* wideColumns }
    /// Rows of the source that the tiles of a column read.
    package var sourceRows: Int { 4 &* tallRows &+ (hasLowRow ? 2 : 0) &+ 2 }
    /// Columns of the source that the tiles of a row read.
    package var sourceColumns: Int { 4 &* wideColumns &+ (hasNarrowColumn ? 2 : 0) &+ 2 }
    /// Frequencies of all tiles: 36 of a tile of four rows and four columns.
    package var points: Int {
        product(6 &* tallRows &+ (hasLowRow ? 4 : 0), 6 &* wideColumns &+ (hasNarrowColumn ? 4 : 0))
    }
}
