import CPlatform

/// Bytes of a result from which on it is written past the caches. They can't hold it together with what it's made of, and a
/// cache reads each line before it is overwritten: a third of all that goes through memory.
let streamedBytes = 1 << 24

extension UnsafeMutablePointer<Float> {
    /// Stores a vector past the caches, at a multiple of its size. Other threads see it after an `apus_fence`.
    @inline(__always)
    fileprivate func stream(_ vector: Vector, at offset: Int) {
        #if VECTOR_16
            apus_streamed_16(vector, self + offset)
        #elseif VECTOR_8
            apus_streamed_8(vector, self + offset)
        #else
            apus_streamed_4(vector, self + offset)
        #endif
    }
}

/// Writes `count` numbers past the caches, but for the parts of lines at both ends. Other threads see them after an `apus_fence`.
///
/// - Parameter value: gives the numbers at an offset, so many as there are.
@inline(__always)
func stream(to: Floats, count: Int, _ value: (_ offset: Int, _ width: Int) -> Vector) {
    let head = min(count, Int(truncatingIfNeeded: (0 &- UInt(bitPattern: to)) & 63) / 4)
    var index = 0
    while index < head {
        let width = min(lanes, head &- index)
        to.save(value(index, width), index, width)
        index &+= width
    }
    while index &+ lanes <= count {
        to.stream(value(index, lanes), at: index)
        index &+= lanes
    }
    if index < count { to.save(value(index, count &- index), index, count &- index) }
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
