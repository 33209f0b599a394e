package import ApusSections

/// The file that a plan is stored in: sections (docs/FORMATS.md), so that the constants can be used where the file is
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
        content: "plan", magic: [0x89, 0x41, 0x50, 0x4c, 0x41, 0x4e, 0x0d, 0x0a], version: FormatVersion(12, 5),
        sections: ["description", "instructions", "constants"])

    enum Section {
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

    /// What the bytes say. Nothing of it was verified: whoever runs it trusts who wrote it.
    package static func read(_ bytes: RawSpan, checkingConstants: Bool) throws(SectionError) -> Contents {
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
}
