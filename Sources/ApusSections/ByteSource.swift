/// Bytes that can be had piece by piece, the same ones each time: what is large is not copied to be written.
package protocol ByteSource: Sendable {
    var byteCount: Int { get }

    /// Hands all pieces to `body`, one after the other.
    func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem)
}

extension [UInt8]: ByteSource {
    package var byteCount: Int { count }

    package func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem) {
        try unsafe body(span.bytes)
    }
}

/// Single precision as it lies in files, which is as it lies in memory: all processors that there are targets for are
/// little-endian.
package struct FloatBytes: ByteSource {
    private let floats: [Float]

    package init(_ floats: [Float]) { self.floats = floats }

    package var byteCount: Int { 4 * floats.count }

    package func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem) {
        try unsafe body(floats.span.bytes)
    }
}

extension [Float] {
    /// What ``FloatBytes`` wrote. Bytes beyond the last whole number are left out.
    package init(littleEndianBytes bytes: RawSpan) {
        unsafe self.init(unsafeUninitializedCapacity: bytes.byteCount / 4) { room, count in
            count = bytes.byteCount / 4
            for index in 0..<count {
                let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)
                unsafe room.initializeElement(at: index, to: Float(bitPattern: UInt32(littleEndian: word)))
            }
        }
    }
}
