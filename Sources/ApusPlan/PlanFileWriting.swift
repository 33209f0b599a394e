package import ApusFiles
internal import ApusSections

extension PlanFile {
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
}
