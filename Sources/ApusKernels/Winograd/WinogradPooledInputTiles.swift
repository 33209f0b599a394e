/// The transforms of the input tiles of a ``PooledImage``, without the image behind the pool ever being in memory. The first row
/// and column of an input tile are the first of a window where `odd` is 0, else the second. Beyond the image's windows there are
/// gradients of zero, which are its border.
enum PooledInputTiles<let height: Int, let width: Int, let odd: Int> {
    private typealias Transform = WinogradTransform<height, width>
    /// Whether the first half of an input tile's transform stays in registers: see ``WinogradTransform/transformSource(_:rowStride:to:)``.
    @inline(__always)
    private static var holdsHalf: Bool { inputTileRows * inputTileColumns <= 24 }
    @inline(__always)
    private static var inputTileRows: Int { height + 2 }
    @inline(__always)
    private static var inputTileColumns: Int { width + 2 }

    /// As ``WinogradTransform/transformInputTiles(_:_:blocks:tileColumns:first:count:to:)``. The first input tile begins `padTop` rows
    /// and `padLeft` columns before the image.
    @inline(never)
    static func transform(
        _ source: PooledImage, sample: Int, padTop: Int, padLeft: Int, blocks: Int, tileColumns: Int, first: Int,
        count: Int, to inputTiles: Floats
    ) {
        var target = inputTiles
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

    /// Transforms the input tile whose first window is at `row` and `column`.
    @inline(__always)
    private static func transform(
        _ windows: PooledWindows, _ limits: (rows: Int, columns: Int), _ row: Int, _ column: Int, to target: Floats
    ) {
        let inputTile = PooledWindows(
            gradients: windows.gradients + (row * windows.gradientRow + column * lanes), argmaxes: windows.argmaxes,
            gradientRow: windows.gradientRow, argmaxRow: windows.argmaxRow)
        var half = noHalf
        transformColumn(0, inputTile, limits, row, column, &half, target)
        transformColumn(1, inputTile, limits, row, column, &half, target)
        transformColumn(2, inputTile, limits, row, column, &half, target)
        transformColumn(3, inputTile, limits, row, column, &half, target)
        if inputTileColumns > 4 {
            transformColumn(4, inputTile, limits, row, column, &half, target)
            transformColumn(5, inputTile, limits, row, column, &half, target)
        }
        for row in 0..<inputTileRows {
            var line = noLine
            for column in 0..<inputTileColumns {
                let place = row * inputTileColumns + column
                line[column] = holdsHalf ? half[place] : target.vector(at: place * lanes)
            }
            line = WinogradLines<width>.sourceLine(line)
            for column in 0..<inputTileColumns {
                target.store(line[column], at: (row * inputTileColumns + column) * lanes)
            }
        }
    }

    /// Transforms one column of the input tile, which is a constant here: a loop over all would be unrolled too late for `half` to be
    /// in registers.
    @inline(__always)
    private static func transformColumn(
        _ x: Int, _ inputTile: PooledWindows, _ limits: (rows: Int, columns: Int), _ row: Int, _ column: Int,
        _ half: inout WinogradHalf, _ target: Floats
    ) {
        let windowColumn = (x + odd) / 2
        let windows = PooledWindows(
            gradients: inputTile.gradients + windowColumn * lanes,
            argmaxes: inputTile.argmaxes + nearest(column &+ windowColumn, of: limits.columns) &* lanes,
            gradientRow: inputTile.gradientRow, argmaxRow: inputTile.argmaxRow)
        var line = noLine
        line[0] = vector(0, x, windows, limits.rows, row)
        line[1] = vector(1, x, windows, limits.rows, row)
        line[2] = vector(2, x, windows, limits.rows, row)
        line[3] = vector(3, x, windows, limits.rows, row)
        if inputTileRows > 4 {
            line[4] = vector(4, x, windows, limits.rows, row)
            line[5] = vector(5, x, windows, limits.rows, row)
        }
        line = WinogradLines<height>.sourceLine(line)
        for y in 0..<inputTileRows {
            if holdsHalf {
                half[y * inputTileColumns + x] = line[y]
            } else {
                target.store(line[y], at: (y * inputTileColumns + x) * lanes)
            }
        }
    }

    /// The gradient at row `y` of the input tile, in a column of windows.
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
