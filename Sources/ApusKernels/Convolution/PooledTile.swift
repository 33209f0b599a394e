// The inner loop of the weight gradients of direct convolutions whose gradient is that of what 2 × 2 windows were pooled to.

/// What a ``PooledTile`` sums over, and the sums that it gives.
struct PooledTileMemory {
    var samples = 1
    /// Rows of windows, and windows of a row.
    var rows = 1
    var columns = 1
    /// Elements of the source between samples, and between rows.
    var scalarSample = 0
    var scalarRow = 0
    /// Between samples, elements of the gradient and bytes of the argmax.
    var gradientSample = 0
    var argmaxSample = 0
    var sums = noSums
    /// The sum of the gradient: the bias's.
    var bias = Vector.zero
}

/// The maximum number of rows and columns of a tile: sums, a window and a factor are then in registers.
let maximumPooledPlaces = 3

/// Sums `rows` × `columns` places of a kernel, of one output block and one input channel:
///
///     sums[i·columns + j] = Σ_(n, y, x) gradient[n, y, x] · scalars[n·scalarSample + (y + i)·scalarRow + x + j]
///
/// where the gradient is the one behind the pool. Each window is loaded once, and each scalar once for all of the window's
/// places.
enum PooledTile<let rows: Int, let columns: Int> {
    /// A window's gradient at each of its places.
    private struct Window {
        let first, second, third, fourth: Vector
    }

    @inline(never)
    static func sum(_ memory: UnsafeMutablePointer<PooledTileMemory>, _ scalars: Floats, _ windows: PooledWindows) {
        var registers = noSums
        var bias = Vector()
        let (samples, windowRows, windowColumns) = (
            memory.pointee.samples, memory.pointee.rows, memory.pointee.columns
        )
        let (scalarSample, scalarRow) = (memory.pointee.scalarSample, memory.pointee.scalarRow)
        let (gradientSample, argmaxSample) = (memory.pointee.gradientSample, memory.pointee.argmaxSample)
        for sample in 0..<samples {
            for row in 0..<windowRows {
                var scalar = scalars + (sample * scalarSample + 2 * row * scalarRow)
                var gradient = windows.gradients + (sample * gradientSample + row * windows.gradientRow)
                var argmaxes = windows.argmaxes + (sample * argmaxSample + row * windows.argmaxRow)
                var left = windowColumns
                while left > 0 {
                    let (vector, argmax) = (gradient.vector(at: 0), loadedBytes(at: argmaxes))
                    let window = Window(
                        first: unpooled(vector, argmax, at: 0), second: unpooled(vector, argmax, at: 1),
                        third: unpooled(vector, argmax, at: 2), fourth: unpooled(vector, argmax, at: 3))
                    bias += unpooledSum(vector, argmax, places: 4)
                    add(0, window, scalar, &registers)
                    add(1, window, scalar + scalarRow, &registers)
                    if rows >= 2 { add(2, window, scalar + 2 &* scalarRow, &registers) }
                    if rows >= 3 { add(3, window, scalar + 3 &* scalarRow, &registers) }
                    scalar += 2
                    gradient += lanes
                    argmaxes += lanes
                    left &-= 1
                }
            }
        }
        for place in 0..<rows * columns { memory.pointee.sums[place] = registers[place] }
        memory.pointee.bias = bias
    }

    /// Adds the products of one row of the source, which is a constant here: an index that varies would keep the sums out of
    /// registers.
    @inline(__always)
    private static func add(_ row: Int, _ window: Window, _ scalars: Floats, _ sums: inout Sums) {
        add(row, 0, window, scalars, &sums)
        add(row, 1, window, scalars, &sums)
        if columns >= 2 { add(row, 2, window, scalars, &sums) }
        if columns >= 3 { add(row, 3, window, scalars, &sums) }
    }

    /// Adds the products of one scalar: a place of the window sees it from its own place of the kernel.
    @inline(__always)
    private static func add(_ row: Int, _ column: Int, _ window: Window, _ scalars: Floats, _ sums: inout Sums) {
        let factor = Vector(repeating: scalars[column])
        let place = row * columns + column
        if row < rows && column < columns { sums[place] = multiplyAdd(sums[place], window.first, factor) }
        if row < rows && column > 0 { sums[place - 1] = multiplyAdd(sums[place - 1], window.second, factor) }
        if row > 0 && column < columns {
            sums[place - columns] = multiplyAdd(sums[place - columns], window.third, factor)
        }
        if row > 0 && column > 0 {
            sums[place - columns - 1] = multiplyAdd(sums[place - columns - 1], window.fourth, factor)
        }
    }
}

/// Computes a tile of 1 up to ``maximumPooledPlaces`` rows and columns.
func sumPooledTile(
    rows: Int, columns: Int, _ memory: UnsafeMutablePointer<PooledTileMemory>, _ scalars: Floats,
    _ windows: PooledWindows
) {
    switch rows {
    case 1: PooledRows<1>.sum(columns, memory, scalars, windows)
    case 2: PooledRows<2>.sum(columns, memory, scalars, windows)
    default: PooledRows<3>.sum(columns, memory, scalars, windows)
    }
}

private enum PooledRows<let rows: Int> {
    @inline(__always)
    static func sum(
        _ columns: Int, _ memory: UnsafeMutablePointer<PooledTileMemory>, _ scalars: Floats, _ windows: PooledWindows
    ) {
        switch columns {
        case 1: PooledTile<rows, 1>.sum(memory, scalars, windows)
        case 2: PooledTile<rows, 2>.sum(memory, scalars, windows)
        default: PooledTile<rows, 3>.sum(memory, scalars, windows)
        }
    }
}
