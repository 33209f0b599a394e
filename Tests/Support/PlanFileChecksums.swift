import ApusSections

/// A plan file's table of sections, for those who change the bytes of a file and want its checksums to be right all the same:
/// ``SectionTable`` says what is where.
package struct PlanFileChecksums {
    private static let headerBytes = 32
    private static let entryBytes = 32
    private static let sections = 3
    private static let tableEnd = headerBytes + entryBytes * sections

    /// Where a section is, the description being 0, the instructions 1 and the constants 2; nil where the table doesn't say.
    package static func section(_ number: Int, of file: [UInt8]) -> Range<Int>? {
        guard file.count >= tableEnd else { return nil }
        let entry = headerBytes + entryBytes * number
        let (start, length) = (word(at: entry + 8, of: file), word(at: entry + 16, of: file))
        guard start <= UInt64(file.count), length <= UInt64(file.count) - start else { return nil }
        return Int(start)..<Int(start + length)
    }

    /// The file with the checksums that its bytes have, as far as its table says where they are.
    package static func mended(_ file: [UInt8]) -> [UInt8] {
        guard file.count >= tableEnd else { return file }
        var mended = file
        for number in 0..<sections {
            guard let range = section(number, of: file) else { continue }
            store(checksum(Array(file[range]).span.bytes), at: headerBytes + entryBytes * number + 24, in: &mended)
        }
        let covered = Array(mended[..<(headerBytes - 8)] + mended[headerBytes..<tableEnd])
        store(checksum(covered.span.bytes), at: headerBytes - 8, in: &mended)
        return mended
    }

    private static func word(at place: Int, of file: [UInt8]) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(file[place + $1]) << UInt64(8 * $1) }
    }

    private static func store(_ sum: UInt64, at place: Int, in file: inout [UInt8]) {
        for byte in 0..<8 { file[place + byte] = UInt8(truncatingIfNeeded: sum >> UInt64(8 * byte)) }
    }
}
