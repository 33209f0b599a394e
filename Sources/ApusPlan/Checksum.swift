/// A 64-bit checksum against damage, not against intent: four sums side by side, so that it runs at memory speed.
///
/// Each step is a bijection of the running sum, so a change within one 8-byte word always changes the result. The step
/// is that of FNV-1a (Fowler, Noll, Vo) on words instead of bytes, with a rotation because a product carries
/// changes upwards only.
package func checksum(_ bytes: RawSpan) -> UInt64 {
    let prime: UInt64 = 0x9e37_79b1_85eb_ca87
    @inline(__always) func step(_ sum: UInt64, _ word: UInt64) -> UInt64 {
        let product = (sum ^ word) &* prime
        return product << 29 | product >> 35
    }
    var sums = (UInt64(1), UInt64(2), UInt64(3), UInt64(bytes.byteCount))
    var offset = 0
    while offset + 32 <= bytes.byteCount {
        sums.0 = step(sums.0, bytes.word(at: offset))
        sums.1 = step(sums.1, bytes.word(at: offset + 8))
        sums.2 = step(sums.2, bytes.word(at: offset + 16))
        sums.3 = step(sums.3, bytes.word(at: offset + 24))
        offset += 32
    }
    while offset < bytes.byteCount {
        sums.0 = step(sums.0, UInt64(bytes.byte(at: offset)))
        offset += 1
    }
    return step(step(step(step(0, sums.0), sums.1), sums.2), sums.3)
}

extension RawSpan {
    /// The byte at an offset inside the span.
    func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// The little-endian 64-bit word that starts at an offset; all of it is inside the span.
    func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
