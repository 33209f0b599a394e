import ApusInstructions
import CPlatform

#if VECTOR_16
    private typealias BlockedBytes = WordRows<FourBytes, 16>
    private typealias StridedBytes = StridedWords<FourBytes, 32>
#elseif VECTOR_8
    private typealias BlockedBytes = WordRows<FourBytes, 8>
    private typealias StridedBytes = StridedWords<FourBytes, 16>
#else
    private typealias BlockedBytes = WordRows<FourBytes, 4>
    private typealias StridedBytes = StridedWords<FourBytes, 8>
#endif

/// Four bytes: those of the source are unsigned and those of weights signed, and sums are integers of 32 bits, which are exact.
enum FourBytes: TileWord {
    @inline(__always)
    static var isExact: Bool { true }
    @inline(__always)
    static var elementBytes: Int { 1 }
    @inline(__always)
    static func shapes(stride: Int32) -> WordTileShapes { .bytes(stride: stride) }

    @inline(__always)
    static func hasColumns(_ columns: Int) -> Bool { columns != 7 }

    /// To each lane of `sum` four products: bytes from 0 to 255 of `word` by bytes from -128 to 127 of `weights`.
    @inline(__always)
    static func addProducts(_ sum: IntegerVector, _ word: IntegerVector, _ weights: IntegerVector) -> IntegerVector {
        #if VECTOR_16
            apus_add_products_16(sum, word, weights)
        #elseif VECTOR_8
            apus_add_products_8(sum, word, weights)
        #else
            apus_add_products_4(sum, word, weights)
        #endif
    }

    @inline(__always)
    static func maximum(_ a: IntegerVector, _ b: IntegerVector) -> IntegerVector {
        #if VECTOR_16
            apus_greatest_16(a, b)
        #elseif VECTOR_8
            apus_greatest_8(a, b)
        #else
            apus_greatest_4(a, b)
        #endif
    }

    @inline(__always)
    static func value(_ sum: IntegerVector, _ output: WordTileMemory.Output) -> Vector {
        numbers(sum) * output.scale
    }

    /// The numbers that the addend's bytes stand for, in units of the result.
    @inline(__always)
    static func addend(at address: Bytes, _ memory: WordTilePointer) -> Vector {
        numbers(loadedBytes(at: address) &- memory.pointee.addendZero) * memory.pointee.addendScale
    }

    @inline(__always)
    static func store(_ numbers: FourVectors, count: Int, _ memory: WordTilePointer, at address: (Int) -> Bytes) {
        let bytes = memory.pointee.rounding.bytes(numbers.0, numbers.1, numbers.2, numbers.3)
        storePart(0, of: bytes, at: address(0))
        if count > 1 { storePart(1, of: bytes, at: address(1)) }
        if count > 2 { storePart(2, of: bytes, at: address(2)) }
        if count > 3 { storePart(3, of: bytes, at: address(3)) }
    }

    static func computeTiles(
        outputs: Int, rows: Int, columns: Int, stride: Int32, isBlocked: Bool, _ memory: WordTilePointer,
        _ origin: Bytes, _ weights: Bytes
    ) {
        if rows == 0 {
            LinearWords<FourBytes>.compute(outputs, columns, memory, origin, weights)
        } else if stride == 2 {
            if isBlocked {
                StridedBytes.compute(outputs, columns, memory, origin, weights)
            } else {
                StridedWords<FourBytes, 2>.compute(outputs, columns, memory, origin, weights)
            }
        } else if isBlocked {
            BlockedBytes.compute(outputs, rows, columns, memory, origin, weights)
        } else {
            WordRows<FourBytes, 1>.compute(outputs, rows, columns, memory, origin, weights)
        }
    }
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
