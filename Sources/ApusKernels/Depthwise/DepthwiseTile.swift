// The inner loop of depthwise convolutions: each channel has scalars of its own, so that a "scalar" is a vector too.

/// A depthwise convolution's loops. All steps count elements.
struct DepthwiseLoops {
    var kernelHeight = 1
    var kernelWidth = 1
    /// Of the source, between rows and columns of the kernel, and between positions.
    var kernelRow = 0
    var kernelColumn = 0
    var columnStep = 0
    /// Rows of positions, and how far apart they are in the source and the destination.
    var rows = 1
    var rowStep = 0
    var resultRow = 0
    var limits = Limits()
    var start = Vector.zero
}

/// The maximum number of columns of a depthwise tile.
let depthwiseColumns = 8

/// Computes `columns` positions side by side, in each row.
///
/// `width` is the kernel's, and `stride` that of the columns, with no dilation; where `width` is 0 both are known only when
/// the program runs.
enum DepthwiseTile<let columns: Int, let width: Int, let stride: Int> {
    @inline(never)
    static func compute(
        _ loops: UnsafePointer<DepthwiseLoops>, _ source: Floats, _ weights: Floats, _ destination: Floats
    ) {
        let loops = loops.pointee
        var (source, destination) = (source, destination)
        var rows = loops.rows
        while rows > 0 {
            var registers = noDepthwiseSums
            for column in 0..<columns { registers[column] = loops.start }
            var row = source
            var vectors = weights
            var left = loops.kernelHeight
            while left > 0 {
                if width > 0 {
                    // A vector of the source serves all columns that see it: the optimizer keeps it.
                    for place in 0..<width {
                        let weight = vectors.vector(at: place * lanes)
                        for column in 0..<columns {
                            registers[column] = multiplyAdd(
                                registers[column], weight, row.vector(at: (column * stride + place) * lanes))
                        }
                    }
                    vectors += width * lanes
                } else {
                    var scalar = row
                    var places = loops.kernelWidth
                    while places > 0 {
                        let weight = vectors.vector(at: 0)
                        for column in 0..<columns {
                            registers[column] = multiplyAdd(
                                registers[column], weight, scalar.vector(at: column &* loops.columnStep))
                        }
                        scalar += loops.kernelColumn
                        vectors += lanes
                        places &-= 1
                    }
                }
                row += loops.kernelRow
                left &-= 1
            }
            for column in 0..<columns {
                destination.store(loops.limits.applied(to: registers[column]), at: column * lanes)
            }
            source += loops.rowStep
            destination += loops.resultRow
            rows &-= 1
        }
    }
}

typealias DepthwiseRegisters = InlineArray<8, Vector>
@inline(__always)
var noDepthwiseSums: DepthwiseRegisters {
    let zero = Vector()
    return [zero, zero, zero, zero, zero, zero, zero, zero]
}

/// Computes an image of any number of columns.
enum DepthwiseImage<let width: Int, let stride: Int> {
    static func compute(
        _ loops: UnsafePointer<DepthwiseLoops>, _ source: Floats, _ weights: Floats, _ destination: Floats,
        columns: Int
    ) {
        var (source, destination) = (source, destination)
        var left = columns
        while left > 0 {
            // As equal as can be: narrow tiles are slow.
            let tiles = (left + depthwiseColumns - 1) / depthwiseColumns
            let columns = left / tiles
            switch columns {
            case 1: DepthwiseTile<1, width, stride>.compute(loops, source, weights, destination)
            case 2: DepthwiseTile<2, width, stride>.compute(loops, source, weights, destination)
            case 3: DepthwiseTile<3, width, stride>.compute(loops, source, weights, destination)
            case 4: DepthwiseTile<4, width, stride>.compute(loops, source, weights, destination)
            case 5: DepthwiseTile<5, width, stride>.compute(loops, source, weights, destination)
            case 6: DepthwiseTile<6, width, stride>.compute(loops, source, weights, destination)
            case 7: DepthwiseTile<7, width, stride>.compute(loops, source, weights, destination)
            default: DepthwiseTile<8, width, stride>.compute(loops, source, weights, destination)
            }
            source += columns &* loops.pointee.columnStep
            destination += columns &* lanes
            left &-= columns
        }
    }
}
