import ApusData
import ApusToolSupport
import ApusTraining

extension ToolError {
    /// A trainer's error, with the option that mends it.
    init(_ error: TrainingError) {
        let option: String? =
            switch error {
            case .data(let error):
                switch error.setting {
                case .labelColumns: "--label"
                case .size: "--resize"
                case nil: nil
                }
            case .mismatch(.shape), .mismatch(.answer): "--set"
            case .mismatch(.classes): "--set, --replace-head"
            case .mismatch(.needsIntegers): "--loss"
            case .heldOut: "--held-out, --select-on last"
            case .notFinite: "--learning-rate"
            case .nothingToTrain: "--freeze, --unfreeze"
            case .checkpoint(.missing), .checkpoint(.notACheckpoint): "--out"
            case .checkpoint(.otherVersion), .checkpoint(.damaged), .checkpoint(.invalid), .checkpoint(.unknown):
                "--overwrite"
            default: nil
            }
        self.init(error.description + (option.map { " (\($0))" } ?? ""))
    }
}

extension ToolError {
    /// Why a run ended before its time; where that was a file or another rank, with what of the run is safe, and how to go on.
    ///
    /// - Parameters:
    ///   - saved: how far the run is that is on the disk; nil where nothing of it is.
    ///   - command: how to go on.
    init(_ error: TrainingError, saved: Progress?, in folder: String, command: ResumeCommand) {
        let failed = ToolError(error)
        switch error {
        case .file, .session(.lostRank): break
        default:
            self = failed
            return
        }
        guard let saved else {
            self.init("\(failed)\nnothing of the run was saved yet; then begin it: \(command.again)")
            return
        }
        let place =
            switch (saved.epoch, saved.step) {
            case (0, 0): "its beginning"
            case (let epoch, 0): "the end of epoch \(epoch)"
            case (let epoch, let step): "step \(step) of epoch \(epoch + 1)"
            }
        self.init("\(failed)\nthe run is safe in \(folder) up to \(place); then go on: \(command.text)")
    }
}

/// Why a rank ends that keeps no files: another is gone, maybe the first one.
struct RunLost: Error, CustomStringConvertible {
    let description: String

    init(_ what: String, in folder: String, command: ResumeCommand) {
        let failed = ToolError(TrainingError.session(.lostRank(what)))
        description =
            "\(failed)\nthe run is safe in \(folder) up to where it was saved last; then go on: \(command.text)"
    }
}

/// Does what throws a trainer's error.
func reporting<Result: ~Copyable>(_ body: () throws(TrainingError) -> Result) throws(ToolError) -> Result {
    do { return try body() } catch { throw ToolError(error) }
}
