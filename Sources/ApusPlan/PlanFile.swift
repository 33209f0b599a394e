package import ApusFiles

/// The file that a plan is stored in.
///
/// Everything is little-endian. The file is a header, a table of sections, and the sections, each of which starts at the
/// next multiple of 64 bytes, so that the constants can be used where the file is mapped:
///
///     header  magic 8 B · version u32 · sections u32 · file size u64 · checksum of header and table u64
///     table   for each section: kind u64 · offset u64 · length u64 · checksum u64
///     1       the description: names, sizes, ports, slices of the state, buffers
///     2       the instructions, how they are cut, and which of the body are combinations
///     3       the constants
///
/// Counts and offsets are 8 bytes. A list is its count and then its elements; a name is a list of UTF-8 bytes.
public enum PlanFile {
    /// Rises with every change of the format or of an instruction's meaning: plans are compiled again, not converted. What is only
    /// added, an instruction or the combinations, leaves it as it is: who doesn't know it refuses the file.
    static let version: UInt32 = 12

    static let magic: [UInt8] = [0x89, 0x41, 0x50, 0x4c, 0x41, 0x4e, 0x0d, 0x0a]
    static let headerBytes = 32
    static let entryBytes = 32
    static let alignment = 64

    enum Section: Int, CaseIterable {
        case description = 1
        case instructions = 2
        case constants = 3

        var name: String {
            switch self {
            case .description: "description"
            case .instructions: "instructions"
            case .constants: "constants"
            }
        }
    }

    /// What a plan file holds, apart from the constants' bytes.
    package struct Contents: Sendable, Equatable {
        /// The plan, with no constants.
        package var plan: Plan
        /// Where the constants are in the file. The start is a multiple of 64.
        package var constants: Range<Int>
    }

    /// Whether bytes begin as a plan file does.
    package static func isPlanFile(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= magic.count && magic.indices.allSatisfy { bytes.byte(at: $0) == magic[$0] }
    }

    /// The bytes of a plan file.
    public static func encode(_ plan: Plan) -> [UInt8] {
        var file = head(of: plan)
        file += plan.constants
        return file
    }

    /// Writes a plan file, without a copy of the constants. It appears whole, or not at all.
    package static func write(_ plan: Plan, to path: String) throws(FileError) {
        var file = try AtomicFile(path)
        try file.write(head(of: plan))
        let constants = plan.constants
        try unsafe file.write(RawSpan(_unsafeStart: constants.address, byteCount: constants.count))
        withExtendedLifetime(constants) {}
        try file.commit()
    }

    /// Bytes of a plan's file.
    package static func size(of plan: Plan) -> Int {
        head(of: plan, constantsSum: 0).count + plan.constants.count
    }

    private static func head(of plan: Plan) -> [UInt8] {
        let constants = plan.constants
        let sum = unsafe checksum(RawSpan(_unsafeStart: constants.address, byteCount: constants.count))
        withExtendedLifetime(constants) {}
        return head(of: plan, constantsSum: sum)
    }

    /// All that stands before the constants, which come last.
    private static func head(of plan: Plan, constantsSum: UInt64) -> [UInt8] {
        let sections = [encodeDescription(plan), encodeInstructions(plan)]
        let lengths = sections.map(\.count) + [plan.constants.count]
        let sums = sections.map { unsafe checksum($0.span.bytes) } + [constantsSum]
        let tableEnd = headerBytes + lengths.count * entryBytes
        var offsets: [Int] = []
        var size = tableEnd
        for length in lengths {
            size = (size + alignment - 1) / alignment * alignment
            offsets.append(size)
            size += length
        }

        var head = ByteWriter()
        head.append(contentsOf: magic)
        head.write(version)
        head.write(UInt32(lengths.count))
        head.write(count: size)
        var table = ByteWriter()
        for (index, length) in lengths.enumerated() {
            table.write(count: index + 1)
            table.write(count: offsets[index])
            table.write(count: length)
            table.write(sums[index])
        }
        let sum = unsafe checksum((head.bytes + table.bytes).span.bytes)

        head.write(sum)
        head.append(contentsOf: table.bytes)
        for section in sections {
            head.pad(to: alignment)
            head.append(contentsOf: section)
        }
        head.pad(to: alignment)
        return head.bytes
    }

    /// The plan of a plan file, with a copy of its constants.
    public static func decode(_ bytes: [UInt8]) throws(PlanFileError) -> Plan {
        let contents = try unsafe decode(mapped: bytes.span.bytes)
        var plan = contents.plan
        plan.constants = AlignedBytes(bytes[contents.constants])
        return plan
    }

    /// The plan of a mapped plan file, and where its constants are.
    ///
    /// Whatever the bytes are, this ends with a plan whose instructions stay inside of their arenas, or with an error.
    ///
    /// - Parameter checkingConstants: whether the constants' checksum is compared too, for which all of them are read.
    ///   Damaged constants give wrong answers, but nothing worse.
    package static func decode(
        mapped bytes: RawSpan, checkingConstants: Bool = true
    ) throws(PlanFileError) -> Contents {
        let sections = try readTable(bytes)
        for section in Section.allCases where section != .constants || checkingConstants {
            if checksum(bytes.extracting(sections[section.rawValue - 1].range)) != sections[section.rawValue - 1].sum {
                throw .checksumDiffers(part: section.name)
            }
        }
        var description = ByteReader(bytes, in: sections[0].range, part: "the description")
        var plan = try decodeDescription(&description)
        if !description.isAtEnd {
            throw .invalid(what: "the description has bytes left over", at: description.offset)
        }
        var instructions = ByteReader(bytes, in: sections[1].range, part: "the instructions")
        try decodeInstructions(&instructions, into: &plan)
        if !instructions.isAtEnd {
            throw .invalid(what: "the instructions have bytes left over", at: instructions.offset)
        }
        if let violation = plan.violation(constantBytes: sections[2].range.count) { throw .unsafe(violation) }
        return Contents(plan: plan, constants: sections[2].range)
    }

    /// The plan of a plan file, with its constants left where they are: the file stays mapped as long as the plan, a copy of
    /// it or a session of it is there.
    ///
    /// - Throws: as ``decode(mapped:checkingConstants:)``.
    package static func decode(_ file: MappedFile) throws(PlanFileError) -> Plan {
        let contents = try file.withBytes { (bytes) throws(PlanFileError) in try decode(mapped: bytes) }
        var plan = contents.plan
        plan.constants = AlignedBytes(contents.constants, of: file)
        return plan
    }

    /// Where a section is, and the checksum of its bytes.
    private struct Entry {
        // An array of ranges would make the Swift runtime search for a conformance, which takes longer than reading the file.
        let start: Int
        let end: Int
        let sum: UInt64

        var range: Range<Int> { start..<end }
    }

    /// Checks the header and gives where each section is.
    private static func readTable(_ bytes: RawSpan) throws(PlanFileError) -> [Entry] {
        let tableEnd = headerBytes + Section.allCases.count * entryBytes
        for index in 0..<min(magic.count, bytes.byteCount) where bytes.byte(at: index) != magic[index] {
            throw .notAPlanFile
        }
        if bytes.byteCount < magic.count { throw .notAPlanFile }
        var header = ByteReader(bytes, in: magic.count..<min(tableEnd, bytes.byteCount), part: "the header")
        let found = try header.read(UInt32.self)
        guard found == version else { throw .otherVersion(found: found, expected: version) }
        let sectionCount = try header.read(UInt32.self)
        guard sectionCount == Section.allCases.count else {
            throw .invalid(what: "there are \(sectionCount) sections", at: header.offset - 4)
        }
        let size = try header.readCount("the file's size")
        let sum = try header.read(UInt64.self)

        var sections: [Entry] = []
        var end = tableEnd
        for section in Section.allCases {
            let start = header.offset
            let kind = try header.readCount("a section's kind")
            let offset = try header.readCount("a section's offset")
            let length = try header.readCount("a section's length")
            let sectionSum = try header.read(UInt64.self)
            let expected = (end + alignment - 1) / alignment * alignment
            guard kind == section.rawValue, offset == expected else {
                throw .invalid(what: "the table's entry for the \(section.name) is wrong", at: start)
            }
            end = offset + length
            sections.append(Entry(start: offset, end: end, sum: sectionSum))
        }
        guard end == size else { throw .invalid(what: "the sections don't make up the file", at: 16) }
        guard size <= bytes.byteCount else {
            throw .truncated(at: bytes.byteCount, needed: size - bytes.byteCount, while: "the sections")
        }
        guard size == bytes.byteCount else { throw .invalid(what: "bytes follow the end of the plan", at: size) }

        var checked: [UInt8] = []
        checked.reserveCapacity(tableEnd - 8)
        for index in 0..<tableEnd where !(headerBytes - 8..<headerBytes).contains(index) {
            checked.append(bytes.byte(at: index))
        }
        if unsafe checksum(checked.span.bytes) != sum { throw .checksumDiffers(part: "header") }

        var previous = tableEnd
        for section in sections {
            for index in previous..<section.range.lowerBound where bytes.byte(at: index) != 0 {
                throw .invalid(what: "the space between two sections is not empty", at: index)
            }
            previous = section.range.upperBound
        }
        return sections
    }
}
