/// A buffer that wants a place in an arena: how large it is and when it is in use.
package struct BufferRequest: Sendable, Hashable {
    /// Bytes.
    package var size: Int
    /// The instruction that first touches the buffer.
    package var firstUse: Int
    /// The instruction that last touches it, inclusive: the buffer is live in `firstUse ... lastUse`.
    package var lastUse: Int
    /// Its offset is a multiple of this: a power of two, in bytes.
    package var alignment: Int

    package init(size: Int, firstUse: Int, lastUse: Int, alignment: Int = 64) {
        self.size = size
        self.firstUse = firstUse
        self.lastUse = lastUse
        self.alignment = alignment
    }

    /// Bytes that the buffer takes from an arena: its size, rounded up to its alignment.
    package var footprint: Int { (size + alignment - 1) & ~(alignment - 1) }

    /// Whether some instruction uses both.
    package func isLive(with other: BufferRequest) -> Bool {
        firstUse <= other.lastUse && other.firstUse <= lastUse
    }
}

/// A request that no arena can meet.
package enum BufferRequestError: Error, Equatable, CustomStringConvertible {
    case negativeSize(buffer: Int, size: Int)
    case alignmentNotPowerOfTwo(buffer: Int, alignment: Int)
    case lastUseBeforeFirst(buffer: Int, firstUse: Int, lastUse: Int)
    case tooLarge(buffer: Int)

    package var description: String {
        switch self {
        case .negativeSize(let buffer, let size):
            "buffer \(buffer) asks for \(size) bytes: a size is not negative"
        case .alignmentNotPowerOfTwo(let buffer, let alignment):
            "buffer \(buffer) asks for an alignment of \(alignment): an alignment is a power of two"
        case .lastUseBeforeFirst(let buffer, let firstUse, let lastUse):
            "buffer \(buffer) is last used at \(lastUse), before its first use at \(firstUse)"
        case .tooLarge(let buffer):
            "the buffers up to buffer \(buffer) are together larger than the address space: use a smaller batch"
        }
    }
}

extension Array where Element == BufferRequest {
    /// Checks every request, and that all of them together can be counted in an `Int`.
    func check() throws(BufferRequestError) {
        var total = 0
        for (buffer, request) in enumerated() {
            guard request.size >= 0 else { throw .negativeSize(buffer: buffer, size: request.size) }
            guard request.alignment > 0, request.alignment & (request.alignment - 1) == 0 else {
                throw .alignmentNotPowerOfTwo(buffer: buffer, alignment: request.alignment)
            }
            guard request.firstUse <= request.lastUse else {
                throw .lastUseBeforeFirst(buffer: buffer, firstUse: request.firstUse, lastUse: request.lastUse)
            }
            // Twice the alignment, so that rounding an offset up can't overflow either.
            let (padded, isOverflow) = request.size.addingReportingOverflow(2 * (request.alignment & Int.max >> 2))
            let (sum, isSumOverflow) = total.addingReportingOverflow(padded)
            guard !isOverflow, !isSumOverflow, request.alignment <= Int.max >> 2 else {
                throw .tooLarge(buffer: buffer)
            }
            total = sum
        }
    }
}
