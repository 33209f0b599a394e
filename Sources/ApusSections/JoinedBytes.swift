/// Several sources one behind the other.
package struct JoinedBytes: ByteSource {
    private var parts: [any ByteSource] = []
    package private(set) var byteCount = 0

    package init() {}

    package mutating func append(_ part: some ByteSource) {
        parts.append(part)
        byteCount += part.byteCount
    }

    /// Adds zeros up to the next multiple of 64.
    package mutating func align() {
        append([UInt8](repeating: 0, count: SectionTable.aligned(byteCount) - byteCount))
    }

    package func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem) {
        for part in parts { try part.forEachPiece(body) }
    }
}
