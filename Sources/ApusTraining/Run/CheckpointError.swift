public import ApusFiles
public import ApusRuntime
package import ApusSections

/// Why a run can't be resumed.
public enum CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is none in the folder.
    case missing(FileError, folder: String)
    case notACheckpoint(String)
    case otherVersion(String)
    /// Its checksum differs.
    case damaged(String)
    /// It is cut short, or has a number that no checkpoint has.
    case invalid(String, what: String)
    /// It has what a newer version added.
    case unknown(String, what: String)
    /// The recipe, the model or the data are others than those of the run.
    case otherRecipe(then: String, now: String)
    case otherState(SessionError)

    public var description: String {
        switch self {
        case .missing(let error, let folder): "\(error); there is nothing to resume in \(folder)"
        case .notACheckpoint(let file): "\(file) is no checkpoint; give the folder of a training run"
        case .otherVersion(let file): "\(file) was written by another version; begin the run again"
        case .damaged(let file): "\(file) is damaged: its checksum differs; begin the run again"
        case .invalid(let file, let what): "\(file) is damaged: \(what); begin the run again"
        case .unknown(let file, let what):
            "\(file) has \(what), which this program doesn't know; use a newer version of apus, or begin the run again"
        case .otherRecipe(let then, let now):
            "the checkpoint was made with another recipe, model or data set; resume with the options of then.\n"
                + "  then: \(then)\n  now:  \(now)"
        case .otherState(let error): "the state doesn't fit the model: \(error)"
        }
    }

    package init(_ error: SectionError, file: String) {
        self =
            switch error {
            case .wrongMagic: .notACheckpoint(file)
            case .otherVersion: .otherVersion(file)
            case .truncated(let offset, let needed, let part):
                .invalid(file, what: "\(needed) more bytes are needed at byte \(offset), in \(part)")
            case .checksumDiffers: .damaged(file)
            case .invalid(let what, let offset): .invalid(file, what: "\(what), at byte \(offset)")
            case .unknown(let what): .unknown(file, what: what)
            case .missing(let section): .invalid(file, what: "the section with the \(section) is missing")
            }
    }
}
