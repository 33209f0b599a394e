public import ApusFiles
public import ApusRuntime

/// Why a run can't be resumed.
public enum CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is none in the folder.
    case missing(FileError, folder: String)
    case notACheckpoint(String)
    case otherVersion(String)
    case damaged(String)
    /// The recipe, the model or the data are others than those of the run.
    case otherRecipe(then: String, now: String)
    case otherState(SessionError)

    public var description: String {
        switch self {
        case .missing(let error, let folder): "\(error); there is nothing to resume in \(folder)"
        case .notACheckpoint(let file): "\(file) is no checkpoint; give the folder of a training run"
        case .otherVersion(let file): "\(file) was written by another version; begin the run again"
        case .damaged(let file): "\(file) is damaged: its checksum differs; begin the run again"
        case .otherRecipe(let then, let now):
            "the checkpoint was made with another recipe, model or data set; resume with the options of then.\n"
                + "  then: \(then)\n  now:  \(now)"
        case .otherState(let error): "the state doesn't fit the model: \(error)"
        }
    }
}
