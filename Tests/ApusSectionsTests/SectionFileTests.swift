import ApusFiles
import ApusSections
import TestSupport
import Testing

/// The format of these tests: its sections are called first, second and third.
let sampleFormat = SectionFormat(
    content: "sample", magic: Array("SAMPLE\r\n".utf8), version: FormatVersion(3, 1),
    sections: ["first", "second", "third"])

/// Sections of 5, 0 and 300 bytes.
func sampleFile(_ change: (inout [SectionFile.Section]) -> Void = { _ in }) -> SectionFile {
    var sections = [
        SectionFile.Section(1, Array("hello".utf8)), SectionFile.Section(2, [UInt8]()),
        SectionFile.Section(3, (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }),
    ]
    change(&sections)
    return SectionFile(sampleFormat, sections)
}

@Suite("A file of sections")
struct SectionFileTests {
    private func table(_ bytes: [UInt8], checked: Bool = true) throws(SectionError) -> SectionTable {
        let table = try SectionTable(bytes.span.bytes, of: sampleFormat)
        if checked {
            try table.check(bytes.span.bytes)
            for entry in table.entries { try table.check(entry, in: bytes.span.bytes) }
        }
        return table
    }

    @Test func sectionsComeBack() throws {
        let file = sampleFile()
        let bytes = file.encoded()
        #expect(bytes.count == file.byteCount && bytes.count == 192 + 300)
        let table = try table(bytes)
        #expect(table.version == FormatVersion(3, 1) && table.version.description == "3.1")
        #expect(table.entries.map(\.kind) == [1, 2, 3])
        // 32 bytes of header and 96 of table; an empty section has a place too.
        #expect(table.entries.map(\.range) == [128..<133, 192..<192, 192..<492])
        #expect(try table.entry(3).range == 192..<492)
        #expect(Array(bytes[128..<133]) == Array("hello".utf8) && bytes[133..<192].allSatisfy { $0 == 0 })
        #expect(table.contains(2) && !table.contains(4))
        #expect(table.sum == SectionTable.sum(of: bytes.span.bytes, sections: 3))
    }

    @Test func aFileIsWrittenAsItIsEncoded() throws {
        let folder = TestFolder()
        try sampleFile().write(to: folder.file("x"))
        #expect(try readFile(folder.file("x")) == sampleFile().encoded())
    }

    /// However content is cut into pieces, checksums are those of the whole.
    @Test(arguments: 0..<20)
    func piecesMakeNoDifference(seed: Int) throws {
        var random = SplitMix64(seed: seed)
        let whole = (0..<Int.random(in: 0...400, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        var joined = JoinedBytes()
        var start = 0
        while start < whole.count {
            let end = min(start + Int.random(in: 0...70, using: &random), whole.count)
            joined.append(Array(whole[start..<end]))
            start = end
        }
        #expect(joined.byteCount == whole.count)
        let file = SectionFile(sampleFormat, [SectionFile.Section(1, joined)]).encoded()
        #expect(file == SectionFile(sampleFormat, [SectionFile.Section(1, whole)]).encoded(), "seed \(seed)")
        let entry = try table(file).entry(1)
        #expect(entry.sum == checksum(whole.span.bytes), "seed \(seed)")
    }

    @Test func floatsAreLittleEndian() {
        var joined = JoinedBytes()
        joined.append(FloatBytes([1, -2]))
        joined.align()
        let file = SectionFile(sampleFormat, [SectionFile.Section(1, joined)]).encoded()
        #expect(file.count == 64 + 64)
        #expect(Array(file[64..<73]) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0, 0])
        #expect([Float](littleEndianBytes: file[64..<73].span.bytes) == [1, -2])
    }

    // MARK: What is refused

    private func refusal(_ bytes: [UInt8]) -> SectionError? {
        do throws(SectionError) {
            _ = try table(bytes)
            return nil
        } catch { return error }
    }

    /// A file with one change to its header or table, and the checksum that belongs to that.
    private func changed(_ offset: Int, _ values: UInt8...) -> [UInt8] {
        var bytes = sampleFile().encoded()
        bytes.replaceSubrange(offset..<offset + values.count, with: values)
        let sum = SectionTable.sum(of: bytes.span.bytes, sections: 3)
        for index in 0..<8 { bytes[24 + index] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * index)) }
        return bytes
    }

    @Test func whatIsWrongIsSaid() {
        let bytes = sampleFile().encoded()
        #expect(refusal([]) == .wrongMagic)
        #expect(refusal(changed(0, 0x73)) == .wrongMagic)
        #expect(refusal(changed(8, 4)) == .otherVersion(found: 4, expected: 3))
        #expect(refusal(changed(8, 2, 0)) == .otherVersion(found: 2, expected: 3))
        #expect(refusal(Array(bytes.prefix(20))) == .truncated(at: 16, needed: 4, while: "the header"))
        #expect(refusal(Array(bytes.prefix(70))) == .truncated(at: 68, needed: 2, while: "the header"))
        #expect(refusal(Array(bytes.dropLast(3))) == .truncated(at: 489, needed: 3, while: "the sections"))
        #expect(refusal(bytes + [0]) == .invalid(what: "bytes follow the end of the sample", at: 492))
        #expect(refusal(changed(12, 0)) == .invalid(what: "there are 0 sections", at: 12))
        #expect(refusal(changed(12, 65)) == .invalid(what: "there are 65 sections", at: 12))
        #expect(refusal(changed(12, 0, 0, 0, 0x80)) == .invalid(what: "there are 2147483648 sections", at: 12))
        #expect(refusal(changed(23, 0x80)) == .invalid(what: "the file's size is -9223372036854775316", at: 16))
        #expect(refusal(changed(16, 0xED)) == .invalid(what: "the sections don't make up the file", at: 16))
        // The order of kinds, flags, and places of sections.
        let second = SectionError.invalid(what: "the table's entry for the second is wrong", at: 64)
        #expect(refusal(changed(64, 1)) == .invalid(what: "the table's entry for the first is wrong", at: 64))
        #expect(refusal(changed(68, 2)) == second)
        #expect(refusal(changed(72, 0)) == second)
        #expect(refusal(changed(73, 1)) == second)
        #expect(refusal(changed(87, 1)) == .invalid(what: "a section's length is 72057594037927936", at: 80))
        #expect(refusal(changed(32, 0)) == .invalid(what: "the table's entry for the section 0 is wrong", at: 32))
        // What only the checksums show.
        var damaged = bytes
        damaged[24] ^= 1
        #expect(refusal(damaged) == .checksumDiffers(part: "header"))
        damaged = bytes
        damaged[130] ^= 1
        #expect(refusal(damaged) == .checksumDiffers(part: "first"))
        damaged = bytes
        damaged[140] = 1
        #expect(refusal(damaged) == .invalid(what: "the space between two sections is not empty", at: 140))
        #expect(throws: SectionError.missing(section: "second")) {
            try table(sampleFile { $0.remove(at: 1) }.encoded()).entry(2)
        }
    }

    @Test func everyTruncationAndFlippedBitIsAnError() {
        let bytes = sampleFile().encoded()
        for length in 0..<bytes.count { #expect(refusal(Array(bytes.prefix(length))) != nil, "\(length) bytes") }
        // A change of the minor version alone breaks the checksum too.
        for bit in 0..<8 * bytes.count {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(refusal(damaged) != nil, "bit \(bit)")
        }
    }

    // MARK: What newer versions may add

    @Test func newerMinorVersionsAreRead() throws {
        #expect(try table(changed(10, 9)).version == FormatVersion(3, 9))
        #expect(try table(changed(10, 0)).version == FormatVersion(3, 0))
        let more = sampleFile { $0.append(SectionFile.Section(9, [UInt8](repeating: 5, count: 70), isSkippable: true)) }
        let table = try table(more.encoded())
        #expect(table.entries.count == 4 && table.entries[3].isSkippable && table.version.minor == 1)
        #expect(try table.entry(1).range.count == 5)
        var damaged = more.encoded()
        damaged[damaged.count - 1] ^= 1
        #expect(refusal(damaged) == .checksumDiffers(part: "section 9"))
    }

    @Test func whatMayNotBeSkippedIsRefusedByName() {
        let more = sampleFile { $0.append(SectionFile.Section(9, [UInt8](repeating: 5, count: 70))) }
        #expect(refusal(more.encoded()) == .unknown(what: "section 9"))
    }
}
