import CPlatform

#if VECTOR_16
    /// The bytes of four vectors.
    typealias FourVectorsOfBytes = SIMD64<UInt8>
#elseif VECTOR_8
    /// The bytes of four vectors.
    typealias FourVectorsOfBytes = SIMD32<UInt8>
#else
    /// The bytes of four vectors.
    typealias FourVectorsOfBytes = SIMD16<UInt8>
#endif

/// How numbers become bytes: rounded to the nearest integer, the even one of two, with a zero point added, within limits.
///
/// Four vectors at a time: what saturates is then cheaper than a limit for each. Rounding keeps order, so the lower limit may come after it.
struct ByteRounding {
    /// In both halves of each lane.
    private let zeroPoint: IntegerVector
    private let lowest: FourVectorsOfBytes

    /// - Parameter floor: what numbers may be at least, such that all become bytes.
    @inline(__always)
    init(floor: Float, zeroPoint: Int32) {
        let halves = IntegerVector(repeating: zeroPoint &<< 16 | zeroPoint)
        let least = nearestWholeNumbers(Vector(repeating: floor))
        self.zeroPoint = halves
        lowest = bytesOfFour(least, least, least, least, zeroPoint: halves, lowest: FourVectorsOfBytes())
    }

    /// The bytes that numbers become, those of `a` first. What is too large, but below 2^31, becomes 255.
    @inline(__always)
    func bytes(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> FourVectorsOfBytes {
        bytesOfFour(
            nearestWholeNumbers(a), nearestWholeNumbers(b), nearestWholeNumbers(c), nearestWholeNumbers(d),
            zeroPoint: zeroPoint, lowest: lowest)
    }
}

/// Stores the bytes of one of four vectors.
///
/// - Parameter number: 0 to 3, a constant.
@inline(__always)
func storePart(_ number: Int32, of bytes: FourVectorsOfBytes, at address: Bytes) {
    #if VECTOR_16
        apus_store_quarter_16(bytes, number, address)
    #elseif VECTOR_8
        apus_store_quarter_8(bytes, number, address)
    #else
        apus_store_quarter_4(bytes, number, address)
    #endif
}

@inline(__always)
private func bytesOfFour(
    _ a: IntegerVector, _ b: IntegerVector, _ c: IntegerVector, _ d: IntegerVector, zeroPoint: IntegerVector,
    lowest: FourVectorsOfBytes
) -> FourVectorsOfBytes {
    #if VECTOR_16
        apus_bytes_of_four_16(a, b, c, d, zeroPoint, lowest)
    #elseif VECTOR_8
        apus_bytes_of_four_8(a, b, c, d, zeroPoint, lowest)
    #else
        apus_bytes_of_four_4(a, b, c, d, zeroPoint, lowest)
    #endif
}
