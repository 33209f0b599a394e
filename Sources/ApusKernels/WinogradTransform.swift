/// The values of a line of a tile: the first four with tiles of 2 × 2, six with 4 × 4.
typealias WinogradLine = InlineArray<6, Vector>
/// What the first half of a transform gives: up to six lines of four.
typealias WinogradHalf = InlineArray<24, Vector>

// Literals, because the library's `init(repeating:)` is a function that the linker would take from any of the kernel modules
// for all of them.
@inline(__always)
var noLine: WinogradLine {
    let zero = Vector()
    return [zero, zero, zero, zero, zero, zero]
}

@inline(__always)
var noHalf: WinogradHalf {
    let zero = Vector()
    return [
        zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
        zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
    ]
}

/// The transforms of F(`tile` × `tile`, 3 × 3), first along columns and then along rows. The matrices follow from the points
/// of interpolation: see ``WinogradParameters``.
enum WinogradTransform<let tile: Int> {
    /// Rows and columns of a square.
    @inline(__always)
    static var size: Int { tile + 2 }
    @inline(__always)
    static var frequencies: Int { size * size }
    /// Elements from the transform of one tile to the next: see ``WinogradParameters/transformVectors``.
    @inline(__always)
    static var step: Int { (frequencies + 1) * lanes }

    // The points, and what the matrices have of them.
    @inline(__always)
    private static var first: Float { 0.75 }
    @inline(__always)
    private static var second: Float { 1.5 }
    @inline(__always)
    private static func constant(_ value: Float) -> Vector { Vector(repeating: value) }

    /// A line of Bᵀ d.
    @inline(__always)
    private static func sourceLine(_ d: WinogradLine) -> WinogradLine {
        var line = noLine
        if tile == 2 {
            line[0] = d[0] - d[2]
            line[1] = d[1] + d[2]
            line[2] = d[2] - d[1]
            line[3] = d[3] - d[1]
        } else {
            let (a, b) = (first, second)
            let firstEven = multiplyAdd(d[4], constant(-b * b), d[2])
            let firstOdd = constant(a) * multiplyAdd(d[3], constant(-b * b), d[1])
            let secondEven = multiplyAdd(d[4], constant(-a * a), d[2])
            let secondOdd = constant(b) * multiplyAdd(d[3], constant(-a * a), d[1])
            let sum = constant(-a * a - b * b)
            let product = constant(a * a * b * b)
            line[0] = multiplyAdd(multiplyAdd(d[4], sum, d[2]), product, d[0])
            line[1] = firstEven + firstOdd
            line[2] = firstEven - firstOdd
            line[3] = secondEven + secondOdd
            line[4] = secondEven - secondOdd
            line[5] = multiplyAdd(multiplyAdd(d[5], sum, d[3]), product, d[1])
        }
        return line
    }

    /// A line of Aᵀ m.
    @inline(__always)
    private static func resultLine(_ m: WinogradLine) -> WinogradLine {
        var line = noLine
        if tile == 2 {
            line[0] = (m[0] + m[1]) + m[2]
            line[1] = (m[1] - m[2]) + m[3]
        } else {
            let (a, b) = (first, second)
            let (firstSum, firstDifference) = (m[1] + m[2], m[1] - m[2])
            let (secondSum, secondDifference) = (m[3] + m[4], m[3] - m[4])
            line[0] = (m[0] + firstSum) + secondSum
            line[1] = multiplyAdd(constant(b) * secondDifference, constant(a), firstDifference)
            line[2] = multiplyAdd(constant(b * b) * secondSum, constant(a * a), firstSum)
            line[3] = multiplyAdd(
                multiplyAdd(m[5], constant(b * b * b), secondDifference), constant(a * a * a), firstDifference)
        }
        return line
    }

    /// A line of A δ.
    @inline(__always)
    private static func gradientLine(_ y: WinogradLine) -> WinogradLine {
        var line = noLine
        line[0] = y[0]
        if tile == 2 {
            line[1] = y[0] + y[1]
            line[2] = y[0] - y[1]
            line[3] = y[1]
        } else {
            let (a, b) = (first, second)
            let firstEven = multiplyAdd(y[0], constant(a * a), y[2])
            let firstOdd = multiplyAdd(constant(a) * y[1], constant(a * a * a), y[3])
            let secondEven = multiplyAdd(y[0], constant(b * b), y[2])
            let secondOdd = multiplyAdd(constant(b) * y[1], constant(b * b * b), y[3])
            line[1] = firstEven + firstOdd
            line[2] = firstEven - firstOdd
            line[3] = secondEven + secondOdd
            line[4] = secondEven - secondOdd
            line[5] = y[3]
        }
        return line
    }

    /// A line of G g: `size` numbers of three.
    @inline(__always)
    static func kernelLine(_ g: (Vector, Vector, Vector)) -> WinogradLine {
        var line = noLine
        line[0] = g.0
        if tile == 2 {
            let (even, odd) = ((g.0 + g.2) * constant(0.5), g.1 * constant(0.5))
            line[1] = even + odd
            line[2] = even - odd
            line[3] = g.2
        } else {
            let (a, b) = (first, second)
            line[0] = g.0 * constant(1 / (a * a * b * b))
            line[1] = (g.0 + g.1 * constant(a) + g.2 * constant(a * a)) * constant(1 / firstNorm)
            line[2] = (g.0 - g.1 * constant(a) + g.2 * constant(a * a)) * constant(1 / firstNorm)
            line[3] = (g.0 + g.1 * constant(b) + g.2 * constant(b * b)) * constant(1 / secondNorm)
            line[4] = (g.0 - g.1 * constant(b) + g.2 * constant(b * b)) * constant(1 / secondNorm)
            line[5] = g.2
        }
        return line
    }

    /// A line of Gᵀ u: three numbers of `size`.
    @inline(__always)
    static func kernelGradientLine(_ u: WinogradLine) -> (Vector, Vector, Vector) {
        if tile == 2 {
            let (sum, difference) = ((u[1] + u[2]) * constant(0.5), (u[1] - u[2]) * constant(0.5))
            return (u[0] + sum, difference, u[3] + sum)
        }
        let (a, b) = (first, second)
        let firstSum = (u[1] + u[2]) * constant(1 / firstNorm)
        let firstDifference = (u[1] - u[2]) * constant(1 / firstNorm)
        let secondSum = (u[3] + u[4]) * constant(1 / secondNorm)
        let secondDifference = (u[3] - u[4]) * constant(1 / secondNorm)
        return (
            u[0] * constant(1 / (a * a * b * b)) + firstSum + secondSum,
            firstDifference * constant(a) + secondDifference * constant(b),
            u[5] + firstSum * constant(a * a) + secondSum * constant(b * b)
        )
    }

    // The products of the distances from a point to all others.
    @inline(__always)
    private static var firstNorm: Float { 2 * first * first * (first * first - second * second) }
    @inline(__always)
    private static var secondNorm: Float { 2 * second * second * (second * second - first * first) }

    /// Bᵀ d B of the square at `source`, whose frequencies go to `target`.
    @inline(__always)
    static func transformSource(_ source: Floats, rowStride: Int, to target: Floats) {
        var half = noHalf
        for column in 0..<size {
            var line = noLine
            for row in 0..<size { line[row] = source.vector(at: row &* rowStride &+ column * lanes) }
            line = sourceLine(line)
            for row in 0..<size {
                // 36 vectors are more than there are registers: the target holds them in the meantime.
                if tile == 2 {
                    half[row * size + column] = line[row]
                } else {
                    target.store(line[row], at: (row * size + column) * lanes)
                }
            }
        }
        for row in 0..<size {
            var line = noLine
            for column in 0..<size {
                line[column] =
                    tile == 2 ? half[row * size + column] : target.vector(at: (row * size + column) * lanes)
            }
            line = sourceLine(line)
            for column in 0..<size { target.store(line[column], at: (row * size + column) * lanes) }
        }
    }

    /// Bᵀ d B of the squares of `count` tiles from `first` on, for each of `blocks` blocks. `source` is the first square of all.
    @inline(never)
    static func transformSquares(
        _ source: Floats, _ steps: PictureSteps, blocks: Int, tileColumns: Int, first: Int, count: Int,
        to squares: Floats
    ) {
        var target = squares
        for block in 0..<blocks {
            let blockSource = source + block * steps.block
            var position = TilePosition(first, columns: tileColumns)
            for _ in 0..<count {
                transformSource(
                    blockSource + position.row * tile * steps.row + position.column * tile * lanes,
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
        for column in 0..<size {
            var line = noLine
            for row in 0..<size { line[row] = source.vector(at: (row * size + column) * lanes) }
            line = resultLine(line)
            for row in 0..<tile { half[row * size + column] = line[row] }
        }
        return half
    }

    /// A row of (Aᵀ m) A: the sums of a row of a tile.
    @inline(__always)
    static func transformRow(_ half: WinogradHalf, _ row: Int) -> WinogradLine {
        var line = noLine
        for column in 0..<size { line[column] = half[row * size + column] }
        return resultLine(line)
    }

    /// A δ Aᵀ of the tile at `source`, of which only `rows` rows and `columns` columns are inside of the picture. Its
    /// frequencies go to `target`. Returns the tile's sum.
    @inline(__always)
    static func transformGradient(
        _ source: Floats, rowStride: Int, rows: Int, columns: Int, to target: Floats
    ) -> Vector {
        var half = noHalf
        var sum = Vector()
        for column in 0..<tile {
            var line = noLine
            for row in 0..<tile where row < rows && column < columns {
                line[row] = source.vector(at: row &* rowStride &+ column &* lanes)
                sum += line[row]
            }
            line = gradientLine(line)
            for row in 0..<size { half[row * tile + column] = line[row] }
        }
        for row in 0..<size {
            var line = noLine
            for column in 0..<tile { line[column] = half[row * tile + column] }
            line = gradientLine(line)
            for column in 0..<size { target.store(line[column], at: (row * size + column) * lanes) }
        }
        return sum
    }
}
