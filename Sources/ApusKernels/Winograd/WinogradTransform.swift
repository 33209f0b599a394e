/// The transforms of F(`height` × `width`, 3 × 3), first along columns and then along rows.
enum WinogradTransform<let height: Int, let width: Int> {
    /// Rows and columns of an input tile.
    @inline(__always)
    private static var rows: Int { height + 2 }
    @inline(__always)
    private static var columns: Int { width + 2 }
    /// Elements from the transform of one tile to the next: see ``WinogradParameters/transformVectors``.
    @inline(__always)
    static var step: Int { (rows * columns + 1) * lanes }
    /// Whether the first half of an input tile's transform stays in registers.
    @inline(__always)
    private static var holdsHalf: Bool { rows * columns <= 24 }

    /// Bᵀ d B of the input tile at `source`, whose frequencies go to `target`.
    @inline(__always)
    static func transformSource(_ source: Floats, rowStride: Int, to target: Floats) {
        var half = noHalf
        for column in 0..<columns {
            var line = noLine
            for row in 0..<rows { line[row] = source.vector(at: row &* rowStride &+ column * lanes) }
            line = WinogradLines<height>.sourceLine(line)
            for row in 0..<rows {
                // 36 vectors are more than there are registers: the target holds them in the meantime.
                if holdsHalf {
                    half[row * columns + column] = line[row]
                } else {
                    target.store(line[row], at: (row * columns + column) * lanes)
                }
            }
        }
        for row in 0..<rows {
            var line = noLine
            for column in 0..<columns {
                line[column] =
                    holdsHalf ? half[row * columns + column] : target.vector(at: (row * columns + column) * lanes)
            }
            line = WinogradLines<width>.sourceLine(line)
            for column in 0..<columns { target.store(line[column], at: (row * columns + column) * lanes) }
        }
    }

    /// Bᵀ d B of the input tiles of `count` tiles from `first` on, for each of `blocks` blocks. `source` is the first input tile of all.
    @inline(never)
    static func transformInputTiles(
        _ source: Floats, _ steps: ImageSteps, blocks: Int, tileColumns: Int, first: Int, count: Int,
        to inputTiles: Floats
    ) {
        var target = inputTiles
        for block in 0..<blocks {
            let blockSource = source + block * steps.block
            var position = TilePosition(first, columns: tileColumns)
            for _ in 0..<count {
                transformSource(
                    blockSource + position.row * height * steps.row + position.column * width * lanes,
                    rowStride: steps.row, to: target)
                target += step
                position.advance()
            }
        }
    }

    /// Aᵀ m of the frequencies at `source`.
    @inline(__always)
    static func transformColumns(_ source: Floats) -> WinogradHalf {
        var half = noHalf
        for column in 0..<columns {
            var line = noLine
            for row in 0..<rows { line[row] = source.vector(at: (row * columns + column) * lanes) }
            line = WinogradLines<height>.resultLine(line)
            for row in 0..<height { half[row * columns + column] = line[row] }
        }
        return half
    }

    /// A row of (Aᵀ m) A: the sums of a row of a tile.
    @inline(__always)
    static func transformRow(_ half: WinogradHalf, _ row: Int) -> WinogradLine {
        var line = noLine
        for column in 0..<columns { line[column] = half[row * columns + column] }
        return WinogradLines<width>.resultLine(line)
    }

    /// A δ Aᵀ of the tile at `source`, of which only `insideRows` rows and `insideColumns` columns are inside of the image.
    /// Its frequencies go to `target`. Returns the tile's sum.
    @inline(__always)
    static func transformGradient(
        _ source: Floats, rowStride: Int, insideRows: Int, insideColumns: Int, to target: Floats
    ) -> Vector {
        var half = noHalf
        var sum = Vector()
        for column in 0..<width {
            var line = noLine
            for row in 0..<height where row < insideRows && column < insideColumns {
                line[row] = source.vector(at: row &* rowStride &+ column &* lanes)
                sum += line[row]
            }
            line = WinogradLines<height>.gradientLine(line)
            for row in 0..<rows { half[row * width + column] = line[row] }
        }
        for row in 0..<rows {
            var line = noLine
            for column in 0..<width { line[column] = half[row * width + column] }
            line = WinogradLines<width>.gradientLine(line)
            for column in 0..<columns { target.store(line[column], at: (row * columns + column) * lanes) }
        }
        return sum
    }
}
