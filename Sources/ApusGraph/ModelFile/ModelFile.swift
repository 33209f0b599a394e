package import ApusSections

/// The compact model file, `.apus`: a graph, its weights, the labels, and how an input is prepared, in sections
/// (docs/FORMATS.md).
///
///     1  graph        its text, UTF-8
///     2  labels       a list of names
///     3  preparation  a list of fields, each a name and a value
///     4  weights      a list of the graph's parameters, in their order: format u32, zero u32, offset in the section u64, elements
///                     u64; then the elements of each, row-major, at a multiple of 64 bytes
///     5  notes        as preparation: where the model comes from; may be missing
///     6  constants    a list of the constants that the graph's text calls `stored`, in their order: offset in the section u64,
///                     elements u64; then the elements of each, of the constant's own type, at a multiple of 64 bytes; may be
///                     missing
///
/// Counts are 8 bytes. A list is its count and then its elements; a name is a list of UTF-8 bytes. Versions 1 and 2 had another
/// table: see `OldSections`. `docs/FORMATS.md` has every byte.
public enum ModelFile {
    /// How the elements of a tensor are stored.
    public enum WeightFormat: UInt32, Sendable, CaseIterable {
        case f32 = 1
        /// Half precision, IEEE 754 binary16, rounded to nearest, ties to even.
        case f16 = 2

        var size: Int { self == .f32 ? 4 : 2 }
    }

    /// A transfer that changes line ends breaks the magic.
    package static let format = SectionFormat(
        content: "model", magic: [0x41, 0x50, 0x55, 0x53, 0x0D, 0x0A, 0x1A, 0x0A], version: FormatVersion(3, 0),
        sections: ["graph", "labels", "preparation", "weights", "notes", "constants"])

    enum Section: UInt32, CaseIterable {
        case graph = 1
        case labels, preparation, weights, notes, constants
    }

    /// Constants with more elements are stored beside the text.
    static let largestWrittenConstant = 64
    static let alignment = SectionTable.alignment
    static let weightEntrySize = 24
    static let constantEntrySize = 16
    /// The format of a parameter that has no weights yet.
    static let absent: UInt32 = 0

    /// A checksum of bytes, which model files of versions 1 and 2 have: FNV-1a, 64 bits.
    package static func checksum(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = FNVHash()
        for byte in bytes { hash.combine(byte) }
        return hash.value
    }
}

/// FNV-1a, 64 bits: Fowler, Noll and Vo; RFC 9923, section 2.
struct FNVHash {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func combine(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
