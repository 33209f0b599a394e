import CPlatform

/// Images of bytes, packed weights of bytes, and what is made of them.
typealias Bytes = UnsafeMutableRawPointer

#if VECTOR_16
    /// The sums of one tile. With 32 registers 24 sums stay in them.
    typealias ByteSums = InlineArray<24, IntegerVector>
#else
    /// The sums of one tile. With 16 registers 12 sums stay in them.
    typealias ByteSums = InlineArray<12, IntegerVector>
#endif

#if VECTOR_16
    let maximumByteSums = 24
#else
    let maximumByteSums = 12
#endif

/// Sums that are all zero: a literal, as in ``noSums``.
@inline(__always)
var noByteSums: ByteSums {
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

/// As many positions as have addresses in registers beside the loops' own.
typealias BytePositions = InlineArray<8, Int32>

/// What a tile of bytes sums over, where its positions are, and what becomes of the sums. All steps count bytes.
///
///     sum[p, o] = start[o] + Σ_(a, b, c, n, i)
///         weights[o·outputStep + a·outer.weightStep + b·middle.weightStep + c·inner.weightStep + 4V·n + 4·lane + i]
///         · source[p][a·outer.byteStep + b·middle.byteStep + c·inner.byteStep + 4n + i]
struct ByteTileMemory {
    struct Level {
        var count = 1
        var byteStep = 0
        var weightStep = 0
    }
    /// What belongs to an output block.
    struct Output {
        var start = IntegerVector()
        var scale = Vector()
    }
    var outer = Level()
    var middle = Level()
    var inner = Level()
    /// Words of four bytes of the innermost loop, and in the last round of the outermost.
    var words = 1
    var lastWords = 1
    var outputStep = 0
    var first = Output()
    var second = Output()
    /// What results are kept within before they are rounded, and what is added to them then.
    var lowest = Vector()
    var highest = Vector()
    var zeroPoint = IntegerVector()
    var storesFloats = false
    /// From one row of positions to the next.
    var sourceRow = 0
    /// Where positions are linear: how far each is from the first one in the source, the destination and the addend.
    var sources = unsafeBitCast(SIMD8<Int32>(), to: BytePositions.self)
    var results = unsafeBitCast(SIMD8<Int32>(), to: BytePositions.self)
    var addends = unsafeBitCast(SIMD8<Int32>(), to: BytePositions.self)
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
    /// From a position of a row to the next, and from an output block to the next.
    var resultStep = 0
    var destinationStep = 0
    var addend: Bytes? = nil
    var addendStep = 0
    var addendZero = IntegerVector()
    var addendScale = Vector()
}

extension ByteTileMemory {
    /// The numbers that the addend's bytes stand for, in units of the result.
    @inline(__always)
    func addendNumbers(at address: Bytes) -> Vector {
        numbers(loadedBytes(at: address) &- addendZero) * addendScale
    }
}
typealias ByteTilePointer = UnsafeMutablePointer<ByteTileMemory>

/// To each lane of `sum` four products: bytes from 0 to 255 of `word` by bytes from -128 to 127 of `weights`.
@inline(__always)
func addProducts(_ sum: IntegerVector, _ word: IntegerVector, _ weights: IntegerVector) -> IntegerVector {
    #if VECTOR_16
        apus_add_products_16(sum, word, weights)
    #elseif VECTOR_8
        apus_add_products_8(sum, word, weights)
    #else
        apus_add_products_4(sum, word, weights)
    #endif
}

/// Integers as numbers: the nearest where there is none that is equal.
@inline(__always)
func numbers(_ integers: IntegerVector) -> Vector {
    #if VECTOR_16
        apus_numbers_16(integers)
    #elseif VECTOR_8
        apus_numbers_8(integers)
    #else
        apus_numbers_4(integers)
    #endif
}

/// The nearest integers, the even one of two, of numbers below 2^22: their low 22 bits.
///
/// 3 · 2^22 is so large that the sum's last bit counts ones.
@inline(__always)
func nearestIntegers(_ numbers: Vector) -> IntegerVector {
    unsafeBitCast(numbers + Vector(repeating: 12_582_912), to: IntegerVector.self)
}

@inline(__always)
func maximum(_ a: IntegerVector, _ b: IntegerVector) -> IntegerVector {
    #if VECTOR_16
        apus_greatest_16(a, b)
    #elseif VECTOR_8
        apus_greatest_8(a, b)
    #else
        apus_greatest_4(a, b)
    #endif
}
