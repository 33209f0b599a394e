/// The values of a line of a tile: the first four of a line that makes two sums, six of one that makes four.
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

/// The transforms of F(`tile`, 3) of a line: `tile` sums of three products each from `tile + 2` numbers. The matrices follow from
/// the points of interpolation: see ``WinogradParameters``.
enum WinogradLines<let tile: Int> {
    // The points, and what the matrices have of them.
    @inline(__always)
    private static var first: Float { 0.75 }
    @inline(__always)
    private static var second: Float { 1.5 }
    @inline(__always)
    private static func constant(_ value: Float) -> Vector { Vector(repeating: value) }

    /// A line of Bᵀ d.
    @inline(__always)
    static func sourceLine(_ d: WinogradLine) -> WinogradLine {
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
    static func resultLine(_ m: WinogradLine) -> WinogradLine {
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
    static func gradientLine(_ y: WinogradLine) -> WinogradLine {
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

    /// A line of G g: `tile + 2` numbers of three.
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

    /// A line of Gᵀ u: three numbers of `tile + 2`.
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
}
