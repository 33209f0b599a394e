/// The compact model file, `.apus`: a graph, its weights, the labels, and how an input is prepared.
///
/// All numbers are little-endian. The file is a header of 32 bytes,
///
///     0  magic    8 bytes, "APUS\r\n\u{1A}\n": a transfer that changes line ends breaks it
///     8  version  u32
///    12  sections u32
///    16  length   u64, of the whole file
///    24  checksum u64, FNV-1a of all bytes after the header
///
/// then a table with kind (u32), zero (u32), offset (u64) and length (u64) of each section, then the sections, each at
/// a multiple of 64 bytes. A reader skips kinds that it does not know.
///
///     1  graph        its text, UTF-8
///     2  labels       count (u32), then each as length (u32) and UTF-8
///     3  preparation  count (u32) of fields, then each as name and value, as in labels
///     4  weights      count (u32) of the graph's parameters, zero (u32), then for each in their order format (u32),
///                     zero (u32), offset in the file (u64) and elements (u64); then the elements of each, row-major,
///                     at a multiple of 64 bytes
///     5  notes        as preparation: where the model comes from; may be missing
///     6  constants    the elements of the constants that the graph's text calls `stored`: count (u32), zero (u32), then for
///                     each in the text's order offset in the file (u64) and elements (u64); then the elements of each, of
///                     the constant's own type, at a multiple of 64 bytes; may be missing. Version 2 only.
public enum ModelFile {
    /// How the elements of a tensor are stored.
    public enum WeightFormat: UInt32, Sendable, CaseIterable {
        case f32 = 1
        /// Half precision, IEEE 754 binary16, rounded to nearest, ties to even.
        case f16 = 2

        var size: Int { self == .f32 ? 4 : 2 }
    }

    static let magic: [UInt8] = [0x41, 0x50, 0x55, 0x53, 0x0D, 0x0A, 0x1A, 0x0A]
    /// A file without stored constants is of version 1.
    static let versions: ClosedRange<UInt32> = 1...2
    /// Constants with more elements are stored beside the text.
    static let largestWrittenConstant = 64
    static let alignment = 64
    static let headerSize = 32
    static let sectionEntrySize = 24
    static let weightEntrySize = 24
    static let constantEntrySize = 16
    /// The format of a parameter that has no weights yet.
    static let absent: UInt32 = 0

    enum Section: UInt32, CaseIterable {
        case graph = 1
        case labels, preparation, weights, notes, constants
    }

    /// The checksum of bytes: FNV-1a, 64 bits.
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

/// What is wrong with a model file, or with a model that can't be written.
public struct ModelFileError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// The bytes are not a model file.
        case notAModelFile
        /// The file is of a version that this program can't read.
        case unknownVersion
        /// The file is cut short or has changed.
        case damaged
        /// The graph of the file is wrong.
        case wrongGraph
        /// The model's weights do not belong to its graph.
        case wrongWeights
    }

    public var kind: Kind
    public var message: String
    public var remedy: String

    public init(_ kind: Kind, _ message: String, remedy: String) {
        self.kind = kind
        self.message = message
        self.remedy = remedy
    }

    public var description: String { "\(message); \(remedy)" }

    static func damaged(_ message: String) -> ModelFileError {
        ModelFileError(
            .damaged, "the model file is damaged: \(message)", remedy: "copy or export the model again")
    }
}
