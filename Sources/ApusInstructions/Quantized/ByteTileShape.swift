/// The tiles of ``QuantizedConvolutionParameters``: how many sums stay in registers at a time.
///
/// `rows` is 1 for tiles of neighbouring columns, 2 for 2 × 2 pooling windows side by side, and 0 where positions are linear: they
/// are numbered through all rows and samples. `columns` counts positions of a row.
///
/// Where the columns of a row are no multiple of a tile's, the last tile is a narrower one, or begins before the end of the one before
/// it: what is computed twice is the same both times.
package enum ByteTileShape {
    /// Sums that stay in registers, beside a vector of weights for each output block and one of the source.
    @inline(__always)
    package static func maximumSums(lanes: Int) -> Int { lanes == 16 ? 24 : 12 }

    /// Whether there is a kernel of so many output blocks, rows and columns.
    @inline(__always)
    package static func exists(outputs: Int, rows: Int, columns: Int, lanes: Int) -> Bool {
        guard outputs == 1 || outputs == 2, columns > 0 else { return false }
        guard outputs &* max(1, rows) &* columns <= maximumSums(lanes: lanes) else { return false }
        switch rows {
        case 0: return columns == 1 || columns == 2 || columns == 4 || columns == 8
        case 1: return hasColumns(columns)
        case 2: return columns % 2 == 0 && hasColumns(columns)
        default: return false
        }
    }

    @inline(__always)
    private static func hasColumns(_ columns: Int) -> Bool {
        columns <= 4 || columns == 6 || columns == 8 || columns == 12 || columns == 14
    }

    /// The most columns, no more than `limit`, that there is a kernel for.
    @inline(__always)
    package static func widest(outputs: Int, rows: Int, within limit: Int, lanes: Int) -> Int {
        var columns = max(limit, rows == 2 ? 2 : 1)
        while !exists(outputs: outputs, rows: rows, columns: columns, lanes: lanes) { columns &-= 1 }
        return columns
    }

    /// The fewest columns, no fewer than `needed`, that there is a kernel for, up to `limit`, for which there is one.
    @inline(__always)
    package static func narrowest(outputs: Int, rows: Int, covering needed: Int, within limit: Int, lanes: Int) -> Int {
        var columns = needed
        while columns < limit, !exists(outputs: outputs, rows: rows, columns: columns, lanes: lanes) { columns &+= 1 }
        return min(columns, limit)
    }
}
