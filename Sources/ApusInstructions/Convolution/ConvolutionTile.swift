/// How many sums of a convolution's result a kernel holds in registers at a time, and the order of these tiles. The compiler
/// chooses it; the kernel only reads it.
package struct ConvolutionTile: Sendable, Hashable, BitwiseCopyable {
    /// The most output blocks, 1 or 2. Those of a group are parted as equally as can be.
    package var outputs: Int32
    /// 1 or 2 rows of positions. 0 where positions are linear: they are numbered row by row (with pooling, window by window), and
    /// those that a row has no room for are in the next one.
    package var rows: Int32
    /// The maximum number of columns; where positions are linear, the maximum number of positions. Tiles are as equal as can be.
    package var columns: Int32
    /// After how many rows of results the next output blocks have their turn: as many as leave the rows of the source that
    /// they read in a near cache. 0 for all.
    package var bandRows: Int32

    package init(outputs: Int, rows: Int = 0, columns: Int, bandRows: Int = 0) {
        self.outputs = Int32(truncatingIfNeeded: outputs)
        self.rows = Int32(truncatingIfNeeded: rows)
        self.columns = Int32(truncatingIfNeeded: columns)
        self.bandRows = Int32(truncatingIfNeeded: bandRows)
    }

    /// Sums of the tile, each a vector.
    package var sums: Int { Int(outputs) * Int(max(1, rows)) * Int(columns) }

    /// Sums that stay in registers: AVX-512 has 32 of these, all else 16.
    package static func maximumSums(lanes: Int) -> Int { lanes == 16 ? 24 : 12 }

    /// Whether there is a kernel for it, of that convolution.
    package func isComputable(lanes: Int, for convolution: ConvolutionParameters) -> Bool {
        (1...2).contains(outputs) && (0...2).contains(rows) && columns >= 1 && bandRows >= 0
            && columns <= Self.maximumColumns(rows: Int(rows)) && sums <= Self.maximumSums(lanes: lanes)
            && (rows == 0 || hasRows(lanes: lanes, in: convolution))
    }

    /// Where positions are linear the address of each stays in a register too.
    private static func maximumColumns(rows: Int) -> Int { rows == 0 ? 8 : 12 }

    /// There are rows of columns that are neighbours, or every second one, of single channels or of blocks as wide as a
    /// vector. Two rows are for pooling windows of 2 × 2 and for narrow images, both of stride 1.
    private func hasRows(lanes: Int, in convolution: ConvolutionParameters) -> Bool {
        guard [1, lanes].contains(Int(convolution.source.channelBlock)) && convolution.strideX <= 2 else {
            return false
        }
        if rows == 2 && convolution.strideX > 1 { return false }
        return convolution.poolHeight == 0
            || convolution.poolHeight == 2 && convolution.poolWidth == 2 && rows == 2 && columns.isMultiple(of: 2)
    }

    /// Every tile that there is a kernel for, of that convolution, in one band.
    package static func all(lanes: Int, for convolution: ConvolutionParameters) -> [ConvolutionTile] {
        (1...2).flatMap { outputs in
            (0...2).flatMap { rows in
                (1...12).map { ConvolutionTile(outputs: outputs, rows: rows, columns: $0) }
            }
        }
        .filter { $0.isComputable(lanes: lanes, for: convolution) }
    }
}

extension ConvolutionTile: CustomStringConvertible {
    /// Such as "tile of 2 × 8" (outputs, positions), "tile of 2 × 2 × 6" (outputs, rows, columns), and where it is computed
    /// in bands "tile of 2 × 1 × 12, 8 rows".
    package var description: String { "tile of \(shape)" }

    /// Such as "2 × 8".
    package var shape: String {
        "\(outputs)" + (rows != 0 ? " × \(rows)" : "") + " × \(columns)"
            + (bandRows != 0 ? ", \(bandRows) rows" : "")
    }
}
