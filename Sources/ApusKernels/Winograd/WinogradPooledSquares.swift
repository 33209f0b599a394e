/// The transforms of the squares of a ``PooledImage``, without the image behind the pool ever being in memory. The first row
/// and column of a square are the first of a window where `odd` is 0, else the second. Beyond the image's windows there are
/// gradients of zero, which are its border.
enum PooledSquares<let height: Int, let width: Int, let odd: Int> {
    private typealias Transform = WinogradTransform<height, width>
    /// Whether the first half of a square's transform stays in registers: see ``WinogradTransform/transformSource(_:rowStride:to:)``.
    @inline(__always)
    private static var holdsHalf: Bool { squareRows * squareColumns <= 24 }
    @inline(__always)
    private static var squareRows: Int { height + 2 }
    @inline(__always)
    private static var squareColumns: Int { width + 2 }

    /// As ``WinogradTransform/transformSquares(_:_:blocks:tileColumns:first:count:to:)``. The first square begins `padTop` rows
    /// and `padLeft` columns before the image.
    @inline(never)
    static func transform(
        _ source: PooledImage, sample: Int, padTop: Int, padLeft: Int, blocks: Int, tileColumns: Int, first: Int,
        count: Int, to squares: Floats
    ) {
        var target = squares
        for block in 0..<blocks {
            let windows = source.windows(sample: sample, block: block)
            var position = TilePosition(first, columns: tileColumns)
            for _ in 0..<count {
                let row = position.row &* (height / 2) &- (padTop &+ odd) / 2
                let column = position.column &* (width / 2) &- (padLeft &+ odd) / 2
                transform(windows, (source.height, source.width), row, column, to: target)
                target += Transform.step
                position.advance()
            }
        }
    }

    /// Transforms the square whose first window is at `row` and `column`.
    @inline(__always)
    private static func transform(
        _ windows: PooledWindows, _ limits: (rows: Int, columns: Int), _ row: Int, _ column: Int, to target: Floats
    ) {
        let square = PooledWindows(
            gradients: windows.gradients + (row * windows.gradientRow + column * lanes), argmaxes: windows.argmaxes,
            gradientRow: windows.gradientRow, argmaxRow: windows.argmaxRow)
        var half = noHalf
        transformColumn(0, square, limits, row, column, &half, target)
        transformColumn(1, square, limits, row, column, &half, target)
        transformColumn(2, square, limits, row, column, &half, target)
        transformColumn(3, square, limits, row, column, &half, target)
        if squareColumns > 4 {
            transformColumn(4, square, limits, row, column, &half, target)
            transformColumn(5, square, limits, row, column, &half, target)
        }
        for row in 0..<squareRows {
            var line = noLine
            for column in 0..<squareColumns {
                let place = row * squareColumns + column
                line[column] = holdsHalf ? half[place] : target.vector(at: place * lanes)
            }
            line = WinogradLines<width>.sourceLine(line)
            for column in 0..<squareColumns { target.store(line[column], at: (row * squareColumns + column) * lanes) }
        }
    }

    /// Transforms one column of the square, which is a constant here: a loop over all would be unrolled too late for `half` to be
    /// in registers.
    @inline(__always)
    private static func transformColumn(
        _ x: Int, _ square: PooledWindows, _ limits: (rows: Int, columns: Int), _ row: Int, _ column: Int,
        _ half: inout WinogradHalf, _ target: Floats
    ) {
        let windowColumn = (x + odd) / 2
        let windows = PooledWindows(
            gradients: square.gradients + windowColumn * lanes,
            argmaxes: square.argmaxes + nearest(column &+ windowColumn, of: limits.columns) &* lanes,
            gradientRow: square.gradientRow, argmaxRow: square.argmaxRow)
        var line = noLine
        line[0] = vector(0, x, windows, limits.rows, row)
        line[1] = vector(1, x, windows, limits.rows, row)
        line[2] = vector(2, x, windows, limits.rows, row)
        line[3] = vector(3, x, windows, limits.rows, row)
        if squareRows > 4 {
            line[4] = vector(4, x, windows, limits.rows, row)
            line[5] = vector(5, x, windows, limits.rows, row)
        }
        line = WinogradLines<height>.sourceLine(line)
        for y in 0..<squareRows {
            if holdsHalf {
                half[y * squareColumns + x] = line[y]
            } else {
                target.store(line[y], at: (y * squareColumns + x) * lanes)
            }
        }
    }

    /// The gradient at row `y` of the square, in a column of windows.
    @inline(__always)
    private static func vector(_ y: Int, _ x: Int, _ windows: PooledWindows, _ rows: Int, _ row: Int) -> Vector {
        let windowRow = (y + odd) / 2
        let argmax = loadedBytes(at: windows.argmaxes + nearest(row &+ windowRow, of: rows) &* windows.argmaxRow)
        let gradient = windows.gradients.vector(at: windowRow &* windows.gradientRow)
        return unpooled(gradient, argmax, at: (y + odd) % 2 * 2 + (x + odd) % 2)
    }

    /// The window itself, or the nearest inside of the image. Argmaxes have no border: for a window outside any argmax will
    /// do.
    @inline(__always)
    private static func nearest(_ window: Int, of count: Int) -> Int { min(max(window, 0), count &- 1) }
}

/// The transforms of the tiles of a ``PooledImage``.
enum PooledTiles<let height: Int, let width: Int> {
    /// As ``WinogradTransform/transformGradient(_:rowStride:insideRows:insideColumns:to:)``, of a tile of whole windows, of which
    /// `windows` is the first. A tile of 2 × 2 is one window, and inside.
    @inline(__always)
    static func transformGradient(
        _ windows: PooledWindows, insideRows: Int, insideColumns: Int, to target: Floats
    ) -> Vector {
        let (rows, columns) = (height + 2, width + 2)
        var half = noHalf
        var sum = Vector()
        for column in 0..<width {
            var line = noLine
            for row in 0..<height where height * width == 4 || row < insideRows && column < insideColumns {
                line[row] = windows.vector(row, column)
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
