import ApusInstructions

/// What becomes of the products of tiles of `height` × `width`: `storing` is 0 for the sums themselves, 1 for sums to which
/// something is added, 2 for the maximum of each 2 × 2 window, and 3 where it is stored as well which of a window that is.
enum WinogradResults<let height: Int, let width: Int, let storing: Int> {
    private typealias Transform = WinogradTransform<height, width>

    @inline(__always)
    private static var pools: Bool { storing >= 2 }

    /// Transforms the products of `count` tiles of one output block back and stores what is wanted of them.
    @inline(never)
    static func store(
        _ work: WinogradWork, _ products: Floats, _ sample: Int, _ block: Int, _ first: Int, _ count: Int
    ) {
        let bias = work.bias.map { $0.vector(at: block * lanes) } ?? Vector()
        let limits = work.limits
        let steps = work.resultSteps
        let result = work.destination + sample * steps.sample + block * steps.block
        let addendRow = work.addendSteps.row
        let addend =
            storing == 1
            ? work.addend.unsafelyUnwrapped + sample * work.addendSteps.sample + block * work.addendSteps.block : result
        let argmax =
            storing == 3
            ? work.argmax.unsafelyUnwrapped + sample * work.argmaxStride
                + block * work.resultHeight * work.resultWidth * lanes
            : UnsafeMutableRawPointer(result)
        let argmaxRow = work.resultWidth * lanes
        var source = products
        var position = TilePosition(first, columns: work.tileColumns)
        for _ in 0..<count {
            let half = Transform.transformColumns(source)
            let top = position.row * (pools ? height / 2 : height)
            let left = position.column * (pools ? width / 2 : width) * lanes
            let (rows, columns) = (work.resultHeight - top, work.resultWidth - left / lanes)
            let target = result + top * steps.row + left
            if pools {
                let bytes = argmax + top * argmaxRow + left
                storeWindows(0, half, bias, limits, target, bytes, columns)
                if height == 4 && rows > 1 {
                    storeWindows(1, half, bias, limits, target + steps.row, bytes + argmaxRow, columns)
                }
            } else {
                let added = addend + top * addendRow + left
                storeRow(0, half, bias, limits, target, steps.row, added, addendRow, rows, columns)
                storeRow(1, half, bias, limits, target, steps.row, added, addendRow, rows, columns)
                if height == 4 {
                    storeRow(2, half, bias, limits, target, steps.row, added, addendRow, rows, columns)
                    storeRow(3, half, bias, limits, target, steps.row, added, addendRow, rows, columns)
                }
            }
            source += Transform.step
            position.advance()
        }
    }

    // A row is a constant to each of these: an index that varies would keep the sums out of registers.

    /// Stores row `y` of a tile, of which `rows` rows and `columns` columns are inside of the image.
    @inline(__always)
    private static func storeRow(
        _ y: Int, _ half: WinogradHalf, _ bias: Vector, _ limits: Limits, _ target: Floats, _ rowStep: Int,
        _ addend: Floats,
        _ addendRow: Int, _ rows: Int, _ columns: Int
    ) {
        guard y < rows else { return }
        let sums = Transform.transformRow(half, y)
        for x in 0..<width where x < columns {
            var sum = sums[x] + bias
            if storing == 1 { sum += addend.vector(at: y &* addendRow &+ x * lanes) }
            target.store(limits.applied(to: sum), at: y &* rowStep &+ x * lanes)
        }
    }

    /// Stores row `y` of a tile's windows, of which `columns` are inside of the result.
    @inline(__always)
    private static func storeWindows(
        _ y: Int, _ half: WinogradHalf, _ bias: Vector, _ limits: Limits, _ target: Floats,
        _ argmax: UnsafeMutableRawPointer, _ columns: Int
    ) {
        let upper = Transform.transformRow(half, 2 * y)
        let lower = Transform.transformRow(half, 2 * y + 1)
        for x in 0..<width / 2 where width == 2 || x < columns {
            storeWindow(
                (upper[2 * x], upper[2 * x + 1], lower[2 * x], lower[2 * x + 1]), bias, limits, target + x * lanes,
                storing == 3 ? argmax + x * lanes : nil)
        }
    }
}

/// Stores the maximum of a window's four sums with its bias after the activation, and in `argmax`, if it is not nil, which
/// of them it is. What is not a number counts as the maximum.
@inline(__always)
func storeWindow(
    _ sums: (Vector, Vector, Vector, Vector), _ bias: Vector, _ limits: Limits, _ target: Floats,
    _ argmax: UnsafeMutableRawPointer?
) {
    guard let argmax else {
        let sum = maximum(maximum(sums.0, sums.1), maximum(sums.2, sums.3))
        return target.store(limits.applied(to: sum + bias), at: 0)
    }
    var maximum = sums.0
    var chosen = IntegerVector()
    take(sums.1, 1, &maximum, &chosen)
    take(sums.2, 2, &maximum, &chosen)
    take(sums.3, 3, &maximum, &chosen)
    let value = limits.applied(to: maximum + bias)
    target.store(value, at: 0)
    if limits.relu { chosen = choose(IntegerVector(repeating: 255), where: value .<= Vector(), else: chosen) }
    storeBytes(of: chosen, at: argmax)
}
