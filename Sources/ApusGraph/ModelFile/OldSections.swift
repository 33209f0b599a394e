internal import ApusSections

/// The sections of model files of versions 1 and 2, which are read and no longer written.
///
/// The header has the fields of today's, but its checksum is FNV-1a of all bytes behind it. In the table, which nothing else
/// guards, kinds come in any order: kind u32, zero u32, offset u64 and length u64 of each. Counts of lists and names are u32, those
/// of tensors have a zero u32 behind them, and offsets of tensors count from the start of the file. Kinds that are not known are
/// skipped.
package struct OldSections {
    package let version: Int
    /// Where the sections are, by their kinds.
    package let ranges: [UInt32: Range<Int>]

    private static let headerSize = 32

    /// Whether bytes begin as a file of these versions does.
    package static func areIn(_ bytes: RawSpan) -> Bool {
        guard ModelFile.format.matches(bytes), bytes.byteCount >= 12 else { return false }
        return (1...2).contains(bytes.byte(at: 8)) && (9...11).allSatisfy { bytes.byte(at: $0) == 0 }
    }

    /// - Precondition: ``areIn(_:)``.
    package init(_ bytes: RawSpan) throws(ModelFileError) {
        version = Int(bytes.byte(at: 8))
        var header = ByteReader(bytes, in: 12..<min(Self.headerSize, bytes.byteCount), part: "the header")
        let count: UInt32
        let length: Int
        let sum: UInt64
        do throws(SectionError) {
            count = try header.read(UInt32.self)
            length = try header.readCount("its size")
            sum = try header.read(UInt64.self)
        } catch { throw ModelFileError(error) }
        guard length == bytes.byteCount else {
            throw .damaged("it has \(bytes.byteCount) bytes and says \(length)")
        }
        var hash = FNVHash()
        for index in Self.headerSize..<bytes.byteCount { hash.combine(bytes.byte(at: index)) }
        guard hash.value == sum else { throw .damaged("its checksum does not match") }
        guard count <= SectionTable.sectionLimit else { throw .damaged("it says that it has \(count) sections") }
        let tableEnd = min(Self.headerSize + 24 * Int(count), bytes.byteCount)
        var table = ByteReader(bytes, in: Self.headerSize..<tableEnd, part: "the section table")
        var ranges: [UInt32: Range<Int>] = [:]
        for _ in 0..<count {
            let (kind, offset, length) = try Self.entry(&table)
            guard offset <= bytes.byteCount, length <= bytes.byteCount - offset else {
                throw .damaged("section \(kind) reaches over its end")
            }
            guard ranges.updateValue(offset..<offset + length, forKey: kind) == nil else {
                throw .damaged("section \(kind) is there twice")
            }
        }
        self.ranges = ranges
    }

    private static func entry(
        _ table: inout ByteReader
    ) throws(ModelFileError) -> (kind: UInt32, offset: Int, length: Int) {
        do throws(SectionError) {
            let kind = try table.read(UInt32.self)
            _ = try table.read(UInt32.self)
            let offset = try table.read(UInt64.self)
            let length = try table.read(UInt64.self)
            if let offset = Int(exactly: offset), let length = Int(exactly: length) { return (kind, offset, length) }
        } catch { throw ModelFileError(error) }
        throw .damaged("a size is too large in the section table")
    }
}
