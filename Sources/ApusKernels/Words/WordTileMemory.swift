/// Images whose elements have less than four bytes, packed weights of such, and what is made of them.
typealias Bytes = UnsafeMutableRawPointer

#if VECTOR_16
    /// The sums of one tile. With 32 registers 24 sums stay in them.
    typealias WordSums = InlineArray<24, IntegerVector>
#else
    /// The sums of one tile. With 16 registers 12 sums stay in them.
    typealias WordSums = InlineArray<12, IntegerVector>
#endif

#if VECTOR_16
    let maximumWordSums = 24
#else
    let maximumWordSums = 12
#endif

/// Sums that are all zero: a literal, as in ``noSums``.
@inline(__always)
var noWordSums: WordSums {
    let zero = IntegerVector()
    #if VECTOR_16
        return [
            zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
            zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
        ]
    #else
        return [zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero]
    #endif
}

/// What a tile sums over, where its positions are, and what becomes of the sums. All steps count bytes.
///
///     sum[p, o] = start[o] + Σ_(a, b, c, n, i)
///         weights[o·outputStep + a·outer.weightStep + b·middle.weightStep + c·inner.weightStep + 4V·n + 4·lane + i]
///         · source[p][a·outer.byteStep + b·middle.byteStep + c·inner.byteStep + 4n + i]
struct WordTileMemory {
    struct Level {
        var count = 1
        var byteStep = 0
        var weightStep = 0
    }
    /// What belongs to an output block.
    struct Output {
        /// The bits of the bias.
        var start = IntegerVector()
        var scale = Vector()
        /// Whether numbers that become bytes must be kept below the upper limit before: where ``WordTileMemory/isLimited`` says so, and where
        /// they may have no integers of 32 bits. With scales up to a half they have, since sums are such integers.
        var isLimited = false
    }
    var outer = Level()
    var middle = Level()
    var inner = Level()
    /// Words of the innermost loop, and in the last round of the loop over a source's blocks: the outermost one where sums are exact,
    /// else the inner one.
    var words = 1
    var lastWords = 1
    var outputStep = 0
    var first = Output()
    var second = Output()
    /// What results are kept within, and how they become bytes where they do.
    var lowest = Vector()
    var highest = Vector()
    var rounding = ByteRounding(floor: 0, zeroPoint: 0)
    /// Whether the upper limit is below the last byte, or what is added is large.
    var isLimited = false
    var storesFloats = false
    /// Whether sums are results.
    var storesSums = false
    /// From one row of positions to the next.
    var sourceRow = 0
    /// Those of the tile where they are linear, and only there.
    var positions: WordPositions? = nil
    /// Tiles of a row to compute, and how far they are apart in the source, the destination and the addend.
    var tiles = 1
    var tileBytes = 0
    var tileResults = 0
    var tileAddends = 0
    /// Rows of tiles, and how far they are apart in the same.
    var tileRows = 1
    var rowBytes = 0
    var rowResults = 0
    var rowAddends = 0
    var destination: Bytes? = nil
    /// From an output block to the next.
    var destinationStep = 0
    var addend: Bytes? = nil
    var addendStep = 0
    var addendZero = IntegerVector()
    var addendScale = Vector()
}

typealias FourVectors = (Vector, Vector, Vector, Vector)

typealias WordTilePointer = UnsafeMutablePointer<WordTileMemory>

extension WordTileMemory {
    @inline(__always)
    mutating func setLevels(outer: Level, middle: Level, inner: Level) {
        self.outer = outer
        self.middle = middle
        self.inner = inner
    }
}

extension WordTileMemory.Output {
    /// - Parameters:
    ///   - bias: 32 bits for each lane.
    ///   - scale: where results are made of integers, for each lane.
    ///   - isLimited: whether the upper limit is wanted whatever the scale is.
    @inline(__always)
    init(bias: Bytes, scale: Floats?, isLimited: Bool) {
        start = bias.loadUnaligned(as: IntegerVector.self)
        guard let scale else { return }
        self.scale = scale.vector(at: 0)
        self.isLimited = isLimited || Self.isLarge(self.scale)
    }

    /// Whether a scale, which is above zero, is more than a half.
    @inline(__always)
    static func isLarge(_ scale: Vector) -> Bool {
        // Numbers above zero have the order of their bits.
        greatestLane(unsafeBitCast(scale, to: IntegerVector.self)) > 0x3F00_0000
    }
}
