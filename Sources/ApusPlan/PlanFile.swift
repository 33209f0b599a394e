package import ApusFiles
package import ApusSections

/// The file that a plan is stored in: sections, as ``SectionTable`` says, so that the constants can be used where the file is
/// mapped.
///
///     1       the description: names, sizes, ports, slices of the state, buffers
///     2       the instructions, how they are cut, and which of the body are combinations
///     3       the constants
///
/// Counts and offsets are 8 bytes. A list is its count and then its elements; a name is a list of UTF-8 bytes. `docs/FORMATS.md`
/// has every byte.
public enum PlanFile {
    /// The major version rises where an instruction or a field changes its meaning: such plans are compiled again. What is only
    /// added, an instruction for example, raises the minor one: who doesn't know it refuses the file by its name.
    package static let format = SectionFormat(
        content: "plan", magic: [0x89, 0x41, 0x50, 0x4c, 0x41, 0x4e, 0x0d, 0x0a], version: FormatVersion(12, 0),
        sections: ["description", "instructions", "constants"])

    private enum Section {
        static let description: UInt32 = 1
        static let instructions: UInt32 = 2
        static let constants: UInt32 = 3
    }

    /// What a plan file holds, apart from the constants' bytes.
    package struct Contents: Sendable, Equatable {
        /// The plan, with no constants.
        package var plan: Plan
        /// Where the constants are in the file. The start is a multiple of 64.
        package var constants: Range<Int>
    }

    /// Whether bytes begin as a plan file does.
    package static func isPlanFile(_ bytes: RawSpan) -> Bool { format.matches(bytes) }

    // MARK: Writing

    /// The bytes of a plan file.
    public static func encode(_ plan: Plan) -> [UInt8] { file(of: plan).encoded() }

    /// Writes a plan file, without a copy of the constants. It appears whole, or not at all.
    package static func write(_ plan: Plan, to path: String) throws(FileError) { try file(of: plan).write(to: path) }

    /// Bytes of a plan's file.
    package static func size(of plan: Plan) -> Int { file(of: plan).byteCount }

    private static func file(of plan: Plan) -> SectionFile {
        SectionFile(
            format,
            [
                SectionFile.Section(Section.description, encodeDescription(plan)),
                SectionFile.Section(Section.instructions, encodeInstructions(plan)),
                SectionFile.Section(Section.constants, plan.constants),
            ])
    }

    // MARK: Reading

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
        let contents: Contents
        do throws(SectionError) {
            contents = try read(bytes, checkingConstants: checkingConstants)
        } catch { throw PlanFileError(error) }
        if let violation = contents.plan.violation(constantBytes: contents.constants.count) {
            throw .unsafe(violation)
        }
        return contents
    }

    private static func read(_ bytes: RawSpan, checkingConstants: Bool) throws(SectionError) -> Contents {
        let table = try SectionTable(bytes, of: format)
        try table.check(bytes)
        for entry in table.entries where entry.kind != Section.constants || checkingConstants {
            try table.check(entry, in: bytes)
        }
        var description = ByteReader(bytes, in: try table.entry(Section.description).range, part: "the description")
        var plan = try decodeDescription(&description)
        try description.finish()
        var instructions = ByteReader(bytes, in: try table.entry(Section.instructions).range, part: "the instructions")
        try decodeInstructions(&instructions, into: &plan)
        try instructions.finish()
        return Contents(plan: plan, constants: try table.entry(Section.constants).range)
    }

    /// The plan of a mapped plan file, with its constants left where they are: the file stays mapped as long as the plan, a copy of
    /// it or a session of it is there.
    ///
    /// - Throws: as ``decode(mapped:checkingConstants:)``, and where the file was cut short meanwhile.
    package static func decode(_ file: MappedFile) throws(PlanFileError) -> Plan {
        let contents: Contents
        do throws(PlanFileError) {
            contents = try file.withBytes { (bytes) throws(PlanFileError) in try decode(mapped: bytes) }
        } catch {
            // Then whatever else is wrong comes of that.
            throw file.isCutShort ? .cutShort : error
        }
        if file.isCutShort { throw .cutShort }
        var plan = contents.plan
        plan.constants = AlignedBytes(contents.constants, of: file)
        return plan
    }
}
