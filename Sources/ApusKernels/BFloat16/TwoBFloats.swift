import ApusInstructions
import CPlatform

#if VECTOR_16
    private typealias BlockedBFloats = WordRows<TwoBFloats, 32>
#elseif VECTOR_8
    private typealias BlockedBFloats = WordRows<TwoBFloats, 16>
#else
    private typealias BlockedBFloats = WordRows<TwoBFloats, 8>
#endif

/// Two numbers of bf16: their products are added one after the other to a sum of single precision, as ``BFloat16ConvolutionParameters``
/// says.
enum TwoBFloats: TileWord {
    @inline(__always)
    static var isExact: Bool { false }
    @inline(__always)
    static var elementBytes: Int { 2 }
    @inline(__always)
    static func shapes(stride: Int32) -> WordTileShapes { .bfloat16(stride: stride) }

    @inline(__always)
    static func hasColumns(_ columns: Int) -> Bool { columns != 3 && columns != 6 && columns != 12 }

    @inline(__always)
    static func addProducts(_ sum: IntegerVector, _ word: IntegerVector, _ weights: IntegerVector) -> IntegerVector {
        #if VECTOR_16
            apus_add_pairs_16(sum, word, weights)
        #elseif VECTOR_8
            apus_add_pairs_8(sum, word, weights)
        #else
            apus_add_pairs_4(sum, word, weights)
        #endif
    }

    @inline(__always)
    static func maximum(_ a: IntegerVector, _ b: IntegerVector) -> IntegerVector {
        let (a, b) = (unsafeBitCast(a, to: Vector.self), unsafeBitCast(b, to: Vector.self))
        #if VECTOR_16
            return unsafeBitCast(apus_maximum_16(a, b), to: IntegerVector.self)
        #elseif VECTOR_8
            return unsafeBitCast(apus_maximum_8(a, b), to: IntegerVector.self)
        #else
            return unsafeBitCast(apus_maximum_4(a, b), to: IntegerVector.self)
        #endif
    }

    @inline(__always)
    static func value(_ sum: IntegerVector, _ output: WordTileMemory.Output) -> Vector {
        unsafeBitCast(sum, to: Vector.self)
    }

    @inline(__always)
    static func addend(at address: Bytes, _ memory: WordTilePointer) -> Vector { loadedBFloats(at: address) }

    @inline(__always)
    static func store(_ numbers: FourVectors, count: Int, _ memory: WordTilePointer, at address: (Int) -> Bytes) {
        let (lowest, highest) = (memory.pointee.lowest, memory.pointee.highest)
        storeBFloats(lesser(highest, greater(lowest, numbers.0)), at: address(0))
        if count > 1 { storeBFloats(lesser(highest, greater(lowest, numbers.1)), at: address(1)) }
        if count > 2 { storeBFloats(lesser(highest, greater(lowest, numbers.2)), at: address(2)) }
        if count > 3 { storeBFloats(lesser(highest, greater(lowest, numbers.3)), at: address(3)) }
    }

    static func computeTiles(
        outputs: Int, rows: Int, columns: Int, stride: Int32, isBlocked: Bool, _ memory: WordTilePointer,
        _ origin: Bytes, _ weights: Bytes
    ) {
        if rows == 0 {
            LinearWords<TwoBFloats>.compute(outputs, columns, memory, origin, weights)
        } else {
            BlockedBFloats.compute(outputs, rows, columns, memory, origin, weights)
        }
    }
}

/// The numbers of bf16 at an address, one in each lane.
@inline(__always)
func loadedBFloats(at address: UnsafeRawPointer) -> Vector {
    #if VECTOR_16
        apus_loaded_bfloats_16(address)
    #elseif VECTOR_8
        apus_loaded_bfloats_8(address)
    #else
        apus_loaded_bfloats_4(address)
    #endif
}

/// Stores the nearest numbers of bf16, the even one of two. Denormals become zero.
@inline(__always)
func storeBFloats(_ numbers: Vector, at address: UnsafeMutableRawPointer) {
    #if VECTOR_16
        apus_store_bfloats_16(numbers, address)
    #elseif VECTOR_8
        apus_store_bfloats_8(numbers, address)
    #else
        apus_store_bfloats_4(numbers, address)
    #endif
}

/// The bits of the nearest number of bf16, as ``storeBFloats(_:at:)`` has it.
@inline(__always)
func bfloatBits(of number: Float) -> UInt16 {
    let bits = number.bitPattern
    let nearest = bits &+ (0x7FFF &+ (bits &>> 16 & 1))
    let isDenormal = bits & 0x7F80_0000 == 0
    let rounded = number != number ? bits | 0x40_0000 : isDenormal ? bits & 0x8000_0000 : nearest
    return UInt16(truncatingIfNeeded: rounded &>> 16)
}
