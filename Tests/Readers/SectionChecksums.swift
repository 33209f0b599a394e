import ApusSections

/// Mends the checksums of a file of sections whose bytes were changed: ``SectionTable`` says what is where.
enum SectionChecksums {
    /// The file with the checksums that its bytes have, as far as its table says where they are.
    static func mended(_ file: [UInt8]) -> [UInt8] {
        guard file.count >= SectionTable.headerBytes else { return file }
        let count = Int(file.word(at: 12, bytes: 4))
        let end = SectionTable.headerBytes + count * SectionTable.entryBytes
        guard count <= SectionTable.sectionLimit, end <= file.count else { return file }
        var mended = file
        for entry in stride(from: SectionTable.headerBytes, to: end, by: SectionTable.entryBytes) {
            let (start, length) = (file.word(at: entry + 8, bytes: 8), file.word(at: entry + 16, bytes: 8))
            guard start <= UInt64(file.count), length <= UInt64(file.count) - start else { continue }
            let section = Array(mended[Int(start)..<Int(start + length)])
            mended.store(checksum(section.span.bytes), at: entry + 24, bytes: 8)
        }
        mended.store(SectionTable.sum(of: mended.span.bytes, sections: count), at: 24, bytes: 8)
        return mended
    }
}

extension [UInt8] {
    /// A little-endian number; 0 where the bytes end before it does.
    func word(at place: Int, bytes count: Int) -> UInt64 {
        guard place >= 0, place + count <= self.count else { return 0 }
        return (0..<count).reduce(0) { $0 | UInt64(self[place + $1]) << UInt64(8 * $1) }
    }

    mutating func store(_ word: UInt64, at place: Int, bytes count: Int) {
        for byte in 0..<count { self[place + byte] = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)) }
    }
}
