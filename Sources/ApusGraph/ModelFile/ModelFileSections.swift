internal import ApusSections

extension ModelFile {
    /// Where the sections of a model file of any version are. What is known of them was checked: they lie in the file, and the
    /// checksums are right.
    struct Sections {
        private let ranges: [UInt32: Range<Int>]
        /// How wide counts of lists and names are.
        let counts: ByteReader.CountWidth
        /// Whether offsets in a section count from its start, and not from that of the file.
        private let offsetsAreLocal: Bool

        init(_ bytes: RawSpan) throws(ModelFileError) {
            // So short a start may be that of anything.
            guard bytes.byteCount >= SectionTable.headerBytes else { throw ModelFileError(SectionError.wrongMagic) }
            if OldSections.areIn(bytes) {
                ranges = try OldSections(bytes).ranges
                counts = .four
                offsetsAreLocal = false
                return
            }
            do throws(SectionError) {
                let table = try SectionTable(bytes, of: ModelFile.format)
                try table.check(bytes)
                var ranges: [UInt32: Range<Int>] = [:]
                for entry in table.entries {
                    try table.check(entry, in: bytes)
                    ranges[entry.kind] = entry.range
                }
                self.ranges = ranges
                counts = .eight
                offsetsAreLocal = true
            } catch { throw ModelFileError(error) }
        }

        func contains(_ section: Section) -> Bool { ranges[section.rawValue] != nil }

        func range(_ section: Section) throws(SectionError) -> Range<Int> {
            guard let range = ranges[section.rawValue] else { throw .missing(section: "\(section)") }
            return range
        }

        /// Where in the file the elements of a tensor are.
        ///
        /// - Parameter otherwise: what is wrong where they don't lie in their section.
        func elements(
            _ entry: TensorEntry, size: Int, in range: Range<Int>, otherwise: String
        ) throws(ModelFileError) -> Range<Int> {
            let start = entry.offset + (offsetsAreLocal ? range.lowerBound : 0)
            guard start % ModelFile.alignment == 0, start >= range.lowerBound, start <= range.upperBound,
                entry.elements <= (range.upperBound - start) / size
            else { throw .damaged(otherwise) }
            return start..<start + entry.elements * size
        }
    }
}

/// A line of a table of tensors.
struct TensorEntry {
    /// How the elements are stored; 0 where there are none, or where the table doesn't say.
    var format: UInt32 = 0
    var offset: Int
    var elements: Int
}
