import ApusServing
import NIOCore

/// A request's body where the socket's bytes lie.
struct BufferBody: RequestBody {
    let buffer: ByteBuffer

    func withBytes(_ range: Range<Int>, _ body: (RawSpan) -> Void) {
        body(buffer.readableBytesSpan.extracting(range))
    }

    func bytes(_ range: Range<Int>) -> [UInt8] {
        Array(
            buffer.readableBytesView[(buffer.readerIndex + range.lowerBound)..<(buffer.readerIndex + range.upperBound)])
    }
}
