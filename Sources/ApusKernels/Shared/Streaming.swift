import CPlatform

/// Bytes of a result from which on it is written past the caches. They can't hold it together with what it's made of, and a
/// cache reads each line before it is overwritten: a third of all that goes through memory.
let streamedBytes = 1 << 24

extension UnsafeMutablePointer<Float> {
    /// Whether a row of `count` elements that begins here is made of whole cache lines.
    @inline(__always)
    func isWholeLines(_ count: Int) -> Bool { (Int(bitPattern: self) | (count &* 4)) & 63 == 0 }

    /// Stores a vector past the caches, at a multiple of its size. Other threads see it after an `apus_fence`.
    @inline(__always)
    func stream(_ vector: Vector, at offset: Int) {
        #if VECTOR_16
            apus_streamed_16(vector, self + offset)
        #elseif VECTOR_8
            apus_streamed_8(vector, self + offset)
        #else
            apus_streamed_4(vector, self + offset)
        #endif
    }
}

/// Copies `count` numbers past the caches, but for the parts of lines at both ends. Other threads see them after an `apus_fence`.
@inline(__always)
func stream<Word: BitwiseCopyable>(_ from: UnsafePointer<Word>, to: UnsafeMutablePointer<Word>, count: Int) {
    let bytes = MemoryLayout<Word>.stride
    let head = Int(truncatingIfNeeded: (0 &- UInt(bitPattern: to)) & 63) / bytes
    var index = 0
    while index < min(head, count) {
        to[index] = from[index]
        index &+= 1
    }
    while index &+ 64 / bytes <= count {
        apus_stream(UnsafeRawPointer(from + index).loadUnaligned(as: SIMD64<UInt8>.self), to + index)
        index &+= 64 / bytes
    }
    while index < count {
        to[index] = from[index]
        index &+= 1
    }
}
