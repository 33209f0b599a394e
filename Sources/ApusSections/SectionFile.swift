package import ApusFiles

/// A file of sections that is ready to be written: see ``SectionTable`` for what it consists of.
///
/// The bytes of the sections are asked for twice, once for their checksums and once for the file, and are copied nowhere.
package struct SectionFile: Sendable {
    private let format: SectionFormat
    private let sections: [Section]

    package struct Section: Sendable {
        package var kind: UInt32
        package var isSkippable: Bool
        package var content: any ByteSource

        /// - Parameter isSkippable: whether a reader that doesn't know the kind passes the section over.
        package init(_ kind: UInt32, _ content: some ByteSource, isSkippable: Bool = false) {
            self.kind = kind
            self.content = content
            self.isSkippable = isSkippable
        }
    }

    /// - Precondition: the sections come in ascending order of their kinds.
    package init(_ format: SectionFormat, _ sections: [Section]) {
        precondition(
            zip(sections, sections.dropFirst()).allSatisfy { $0.kind < $1.kind }, "kinds of sections ascend")
        self.format = format
        self.sections = sections
    }

    private var tableEnd: Int { SectionTable.headerBytes + sections.count * SectionTable.entryBytes }

    /// Bytes of the whole file.
    package var byteCount: Int {
        sections.reduce(tableEnd) { SectionTable.aligned($0) + $1.content.byteCount }
    }

    /// The bytes of the file.
    package func encoded() -> [UInt8] {
        var file: [UInt8] = []
        file.reserveCapacity(byteCount)
        forEachPiece { piece in unsafe piece.withUnsafeBytes { unsafe file.append(contentsOf: $0) } }
        return file
    }

    /// Writes the file. It appears whole, or not at all.
    package func write(to path: String) throws(FileError) {
        var file = try AtomicFile(path)
        try forEachPiece { (piece) throws(FileError) in try file.write(piece) }
        try file.commit()
    }

    private func forEachPiece<Problem: Error>(_ body: (RawSpan) throws(Problem) -> Void) throws(Problem) {
        let head = head
        try unsafe body(head.span.bytes)
        var offset = head.count
        for section in sections {
            let start = SectionTable.aligned(offset)
            try [UInt8](repeating: 0, count: start - offset).forEachPiece(body)
            try section.content.forEachPiece(body)
            offset = start + section.content.byteCount
        }
    }

    /// The header and the table.
    private var head: [UInt8] {
        var table = ByteWriter()
        var offset = tableEnd
        for section in sections {
            offset = SectionTable.aligned(offset)
            var sum = RunningChecksum(byteCount: section.content.byteCount)
            section.content.forEachPiece { sum.add($0) }
            table.write(section.kind)
            table.write(section.isSkippable ? SectionTable.skippable : 0)
            table.write(count: offset)
            table.write(count: section.content.byteCount)
            table.write(sum.value)
            offset += section.content.byteCount
        }
        var head = ByteWriter()
        head.append(contentsOf: format.magic)
        head.write(UInt16(format.version.major))
        head.write(UInt16(format.version.minor))
        head.write(UInt32(sections.count))
        head.write(count: offset)
        head.write(unsafe checksum((head.bytes + table.bytes).span.bytes))
        head.append(contentsOf: table.bytes)
        return head.bytes
    }
}
