// The inner loop of weight gradients: a small matrix of sums, each a vector, that stays in registers while the loops run
// over what is summed.

#if VECTOR_16
    /// The sums of one tile. With 32 registers 24 sums stay in them.
    typealias Sums = InlineArray<24, Vector>
    let maximumSums = 24
    /// The maximum number of columns of a tile with one output block, and with two.
    let singleColumns = 16
    let pairColumns = 8
#else
    /// The sums of one tile. With 16 registers 12 sums stay in them.
    typealias Sums = InlineArray<12, Vector>
    let maximumSums = 12
    /// The maximum number of columns of a tile with one output block, and with two.
    let singleColumns = 12
    let pairColumns = 6
#endif

/// Sums that are all zero. A literal, because the library's `init(repeating:)` is a function that the linker would take from
/// any of the kernel modules for all of them.
@inline(__always)
var noSums: Sums {
    let zero = Vector()
    #if VECTOR_16
        return [
            zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
            zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
        ]
    #else
        return [zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero]
    #endif
}

/// What a tile sums over, and where its rows and columns are. All steps count elements.
///
/// For each row `r`, column `p` and output block `o` of the tile:
///
///     sums[(r·columns + p)·outputs + o] = start[o] + Σ_(a, b, c, n)
///         vectors[o·outputStep + a·outer.vectorStep + b·middle.vectorStep + c·inner.vectorStep + n·V]
///         · scalars[r·rowStep + p·columnStep + a·outer.scalarStep + b·middle.scalarStep + c·inner.scalarStep
///                   + n·scalarStep]
///
/// The vectors are gradients, and the tile is a row of weights. (For depthwise pooling they are weights, and the tile is a
/// row of positions: ``DepthwiseSums``.)
struct TileLoops {
    struct Level {
        var count = 1
        var scalarStep = 0
        var vectorStep = 0
    }
    var outer = Level()
    var middle = Level()
    var inner = Level()
    /// Terms of the innermost loop, and in the last round of the outermost.
    var terms = 1
    var lastTerms = 1
    var scalarStep = 1
    var outputStep = 0
    var rowStep = 0
    var columnStep = 1
    var firstStart = Vector.zero
    var secondStart = Vector.zero
}

/// A tile's loops, the sums they give, and room for what becomes of those.
struct TileMemory {
    #if VECTOR_16
        typealias Argmaxes = InlineArray<24, IntegerVector>
    #else
        typealias Argmaxes = InlineArray<12, IntegerVector>
    #endif
    var loops = TileLoops()
    var sums = noSums
    /// The sum of the vectors of each output block, from tiles that sum them too.
    var firstBias = Vector.zero
    var secondBias = Vector.zero
    /// The maximum sum of each pooling window so far, and the position it has in its window.
    var maximum = noSums
    var argmaxes = unsafeBitCast(noSums, to: Argmaxes.self)
}
typealias TilePointer = UnsafeMutablePointer<TileMemory>

/// Computes a tile of `outputs` (1 or 2) output blocks, `rows` rows and `columns` columns.
///
/// `step` says how far columns are apart, as a constant where that can be: 1 for one element, 2 for a vector's lanes, and
/// 0 for `loops.columnStep`. Where `bias` is 1, the vectors are summed as well: the gradient of a bias.
enum Tile<let outputs: Int, let rows: Int, let columns: Int, let step: Int, let bias: Int> {
    @inline(never)
    static func sum(
        _ memory: TilePointer, _ scalars: Floats, _ vectors: Floats
    ) {
        var registers = noSums
        var (firstBias, secondBias) = (Vector(), Vector())
        for place in 0..<rows * columns {
            registers[place * outputs] = memory.pointee.loops.firstStart
            if outputs == 2 { registers[place * outputs + 1] = memory.pointee.loops.secondStart }
        }
        let (outer, middle, inner) = (
            memory.pointee.loops.outer, memory.pointee.loops.middle, memory.pointee.loops.inner
        )
        let (rowStep, outputStep, scalarStep) = (
            memory.pointee.loops.rowStep, memory.pointee.loops.outputStep, memory.pointee.loops.scalarStep
        )
        let columnStep = step == 0 ? memory.pointee.loops.columnStep : step == 1 ? 1 : lanes
        var round = 0
        while round < outer.count {
            let terms = round + 1 == outer.count ? memory.pointee.loops.lastTerms : memory.pointee.loops.terms
            var middleScalars = scalars + round &* outer.scalarStep
            var middleVectors = vectors + round &* outer.vectorStep
            var middleLeft = middle.count
            while middleLeft > 0 {
                var innerScalars = middleScalars
                var innerVectors = middleVectors
                var innerLeft = inner.count
                while innerLeft > 0 {
                    var scalar = innerScalars
                    var vector = innerVectors
                    var left = terms
                    repeat {
                        let first = vector.vector(at: 0)
                        let second = outputs == 2 ? vector.vector(at: outputStep) : first
                        if bias == 1 { firstBias += first }
                        if bias == 1 && outputs == 2 { secondBias += second }
                        for row in 0..<rows {
                            for column in 0..<columns {
                                let factor = Vector(repeating: scalar[row &* rowStep &+ column &* columnStep])
                                let place = (row * columns + column) * outputs
                                registers[place] = multiplyAdd(registers[place], first, factor)
                                if outputs == 2 {
                                    registers[place + 1] = multiplyAdd(registers[place + 1], second, factor)
                                }
                            }
                        }
                        scalar += scalarStep
                        vector += lanes
                        left &-= 1
                    } while left > 0
                    innerScalars += inner.scalarStep
                    innerVectors += inner.vectorStep
                    innerLeft &-= 1
                }
                middleScalars += middle.scalarStep
                middleVectors += middle.vectorStep
                middleLeft &-= 1
            }
            round &+= 1
        }
        for place in 0..<rows * columns * outputs { memory.pointee.sums[place] = registers[place] }
        if bias == 1 { (memory.pointee.firstBias, memory.pointee.secondBias) = (firstBias, secondBias) }
    }
}
