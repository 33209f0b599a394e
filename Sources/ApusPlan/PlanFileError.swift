/// Why bytes are not a plan that can be run.
public enum PlanFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes don't start as a plan file does.
    case notAPlanFile
    case otherVersion(found: UInt32, expected: UInt32)
    /// The bytes end too soon.
    case truncated(at: Int, needed: Int, while: String)
    /// The bytes of a part are not those that were written.
    case checksumDiffers(part: String)
    /// A number or name is one that no plan has.
    case invalid(what: String, at: Int)
    /// The bytes are well formed, but an instruction would leave its memory.
    case unsafe(PlanViolation)

    public var description: String {
        switch self {
        case .notAPlanFile:
            "this is not a plan file; make one with apus-compile"
        case .otherVersion(let found, let expected):
            "the plan file was made for version \(found) of the format, this program reads version \(expected): "
                + "compile the model again"
        case .truncated(let offset, let needed, let part):
            "the plan file is truncated: \(needed) more bytes are needed at byte \(offset), in \(part); "
                + "copy or compile it again"
        case .checksumDiffers(let part):
            "the plan file is damaged: the checksum of its \(part) differs; copy or compile it again"
        case .invalid(let what, let offset):
            "the plan file is damaged: \(what), at byte \(offset); compile it again"
        case .unsafe(let violation):
            "the plan file can't be run: \(violation)"
        }
    }
}
