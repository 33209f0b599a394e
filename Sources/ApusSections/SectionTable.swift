/// Where the sections of a file are: what its header and table say.
///
/// All numbers are little-endian:
///
///     header  magic 8 B · major u16 · minor u16 · sections u32 · file size u64 · checksum of header and table u64
///     table   for each section: kind u32 · flags u32 · offset u64 · length u64 · checksum u64
///
/// Sections come in ascending order of their kinds, each kind once. Each starts at the next multiple of 64 bytes, with zeros
/// before it, and the last one ends the file. The checksum in the header is that of the header and the table without itself.
/// A section that is flagged as skippable is passed over by who doesn't know its kind; any other such section is refused.
package struct SectionTable: Sendable {
    package static let headerBytes = 32
    package static let entryBytes = 32
    package static let alignment = 64
    /// No file has more sections.
    package static let sectionLimit = 64
    /// The flag of a section that can be passed over. All others are zero.
    package static let skippable: UInt32 = 1

    /// A section: its kind, where it is, and the checksum of its bytes.
    package struct Entry: Sendable, Equatable {
        package let kind: UInt32
        package let isSkippable: Bool
        // An array of ranges would make the Swift runtime search for a conformance, which takes longer than reading the file.
        package let start: Int
        package let end: Int
        package let sum: UInt64

        package var range: Range<Int> { start..<end }
    }

    package let format: SectionFormat
    /// The version that the file says it is of. Its major version is the format's.
    package let version: FormatVersion
    package let entries: [Entry]
    /// The checksum of header and table, as the header says it.
    package let sum: UInt64

    /// Reads where the sections are. That they lie in the file as they should is checked, checksums are not: see ``check(_:)``.
    package init(_ bytes: RawSpan, of format: SectionFormat) throws(SectionError) {
        guard format.matches(bytes) else { throw .wrongMagic }
        let head = format.magic.count..<min(Self.headerBytes, bytes.byteCount)
        var header = ByteReader(bytes, in: head, part: "the header")
        let major = Int(try header.read(UInt16.self))
        let minor = Int(try header.read(UInt16.self))
        guard major == format.version.major else {
            throw .otherVersion(found: major, expected: format.version.major)
        }
        let count = Int(try header.read(UInt32.self))
        guard count >= 1, count <= Self.sectionLimit else {
            throw .invalid(what: "there are \(count) sections", at: header.offset - 4)
        }
        let size = try header.readCount("the file's size")
        sum = try header.read(UInt64.self)
        self.format = format
        version = FormatVersion(major, minor)
        entries = try Self.entries(bytes, count: count, format)

        guard entries[count - 1].end == size else {
            throw .invalid(what: "the sections don't make up the file", at: 16)
        }
        guard size <= bytes.byteCount else {
            throw .truncated(at: bytes.byteCount, needed: size - bytes.byteCount, while: "the sections")
        }
        guard size == bytes.byteCount else {
            throw .invalid(what: "bytes follow the end of the \(format.content)", at: size)
        }
    }

    private static func entries(
        _ bytes: RawSpan, count: Int, _ format: SectionFormat
    ) throws(SectionError) -> [Entry] {
        let tableEnd = headerBytes + count * entryBytes
        var table = ByteReader(bytes, in: headerBytes..<min(tableEnd, bytes.byteCount), part: "the header")
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        var previous: UInt32 = 0
        var end = tableEnd
        for _ in 0..<count {
            let start = table.offset
            let kind = try table.read(UInt32.self)
            let flags = try table.read(UInt32.self)
            let offset = try table.readCount("a section's offset")
            let length = try table.readCount("a section's length")
            let sum = try table.read(UInt64.self)
            guard kind > previous, flags & ~skippable == 0, offset == aligned(end) else {
                throw .invalid(what: "the table's entry for the \(format.title(of: kind)) is wrong", at: start)
            }
            previous = kind
            end = offset + length
            let isSkippable = flags & skippable != 0
            entries.append(Entry(kind: kind, isSkippable: isSkippable, start: offset, end: end, sum: sum))
        }
        return entries
    }

    /// Checks the header, the space between sections, and that each section that this program doesn't know may be skipped.
    /// - Parameter bytes: those that the table was read from.
    package func check(_ bytes: RawSpan) throws(SectionError) {
        guard Self.sum(of: bytes, sections: entries.count) == sum else { throw .checksumDiffers(part: "header") }
        var previous = Self.headerBytes + entries.count * Self.entryBytes
        for entry in entries {
            for index in previous..<entry.start where bytes.byte(at: index) != 0 {
                throw .invalid(what: "the space between two sections is not empty", at: index)
            }
            previous = entry.end
        }
        for entry in entries where !entry.isSkippable && format.name(of: entry.kind) == nil {
            throw .unknown(what: format.title(of: entry.kind))
        }
    }

    /// Checks a section's bytes by their checksum. O(bytes).
    package func check(_ entry: Entry, in bytes: RawSpan) throws(SectionError) {
        guard checksum(bytes.extracting(entry.range)) == entry.sum else {
            throw .checksumDiffers(part: format.title(of: entry.kind))
        }
    }

    /// The section of a kind.
    package func entry(_ kind: UInt32) throws(SectionError) -> Entry {
        for entry in entries where entry.kind == kind { return entry }
        throw .missing(section: format.title(of: kind))
    }

    /// Whether there is a section of a kind.
    package func contains(_ kind: UInt32) -> Bool {
        for entry in entries where entry.kind == kind { return true }
        return false
    }

    /// The checksum that the header of a file should have.
    package static func sum(of bytes: RawSpan, sections: Int) -> UInt64 {
        let end = headerBytes + sections * entryBytes
        var sum = RunningChecksum(byteCount: end - 8)
        sum.add(bytes.extracting(0..<headerBytes - 8))
        sum.add(bytes.extracting(headerBytes..<end))
        return sum.value
    }

    /// The next multiple of 64.
    package static func aligned(_ offset: Int) -> Int { (offset + alignment - 1) / alignment * alignment }
}
