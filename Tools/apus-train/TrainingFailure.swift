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

/// Does what throws a trainer's error.
func reporting<Result: ~Copyable>(_ body: () throws(TrainingError) -> Result) throws(ToolError) -> Result {
    do { return try body() } catch { throw ToolError(error) }
}
