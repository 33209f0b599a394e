internal import ApusSections

/// The elements of tensors that stand behind a table, each tensor's at a multiple of 64 bytes from the start of the table.
struct TensorElements {
    private let tableBytes: Int
    /// What follows the table.
    private var parts: [any ByteSource] = []
    private var end: Int

    init(tableBytes: Int) {
        self.tableBytes = tableBytes
        end = tableBytes
    }

    /// Adds the elements of a tensor.
    /// - Returns: where they are, from the start of the table.
    mutating func append(_ elements: some ByteSource) -> Int {
        let start = SectionTable.aligned(end)
        parts.append([UInt8](repeating: 0, count: start - end))
        parts.append(elements)
        end = start + elements.byteCount
        return start
    }

    /// The table and the elements.
    func joined(behind table: [UInt8]) -> JoinedBytes {
        precondition(table.count == tableBytes, "the table has \(table.count) bytes, not \(tableBytes)")
        var bytes = JoinedBytes()
        bytes.append(table)
        for part in parts { bytes.append(part) }
        return bytes
    }
}

/// Single precision, rounded to half when it is asked for.
struct HalfBytes: ByteSource {
    private let floats: [Float]
    /// Numbers that are rounded at a time.
    private static let pieceCount = 1 << 14

    init(_ floats: [Float]) { self.floats = floats }

    var byteCount: Int { 2 * floats.count }

    func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem) {
        for start in stride(from: 0, to: floats.count, by: Self.pieceCount) {
            let halves = floats[start..<min(start + Self.pieceCount, floats.count)].map { Float16($0) }
            try unsafe body(halves.span.bytes)
        }
    }
}

extension [Float] {
    /// What ``HalfBytes`` wrote.
    init(halves bytes: RawSpan) {
        unsafe self.init(unsafeUninitializedCapacity: bytes.byteCount / 2) { room, count in
            count = bytes.byteCount / 2
            for index in 0..<count {
                let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                unsafe room.initializeElement(at: index, to: Float(Float16(bitPattern: UInt16(littleEndian: word))))
            }
        }
    }
}

/// The elements of a constant in its own type, made when they are asked for.
struct ConstantBytes: ByteSource {
    var elements: Elements
    var type: ElementType

    var byteCount: Int { elements.count * type.size }

    func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem) {
        try unsafe body(elements.bytes(of: type).span.bytes)
    }
}
