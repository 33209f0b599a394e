package import ApusSections

/// Why bytes are not a plan that can be run.
public enum PlanFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes don't start as a plan file does.
    case notAPlanFile
    case otherVersion(found: UInt32, expected: UInt32)
    /// The bytes end too soon.
    case truncated(at: Int, needed: Int, while: String)
    /// The file was cut short while it was read.
    case cutShort
    /// The bytes of a part are not those that were written.
    case checksumDiffers(part: String)
    /// A number or name is one that no plan has.
    case invalid(what: String, at: Int)
    /// The plan needs what a newer version added.
    case unknown(what: String)
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
        case .cutShort:
            "the plan file was cut short while it was read; copy or compile it again, and replace such files by "
                + "renaming others"
        case .checksumDiffers(let part):
            "the plan file is damaged: the checksum of its \(part) differs; copy or compile it again"
        case .invalid(let what, let offset):
            "the plan file is damaged: \(what), at byte \(offset); compile it again"
        case .unknown(let what):
            "the plan file has \(what), which this program doesn't know; use a newer version of apus, or compile the "
                + "model again with this one"
        case .unsafe(let violation):
            "the plan file can't be run: \(violation)"
        }
    }

    package init(_ error: SectionError) {
        self =
            switch error {
            case .wrongMagic: .notAPlanFile
            case .otherVersion(let found, let expected):
                .otherVersion(found: UInt32(found), expected: UInt32(expected))
            case .truncated(let offset, let needed, let part): .truncated(at: offset, needed: needed, while: part)
            case .checksumDiffers(let part): .checksumDiffers(part: part)
            case .invalid(let what, let offset): .invalid(what: what, at: offset)
            case .unknown(let what): .unknown(what: what)
            case .missing(let section): .invalid(what: "the section with the \(section) is missing", at: 12)
            }
    }
}
