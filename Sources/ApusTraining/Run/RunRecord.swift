import ApusFiles

/// What a run folder says of its run: read as it is, also while a trainer writes there.
package struct RunRecord: Sendable {
    /// The folder, as it was named.
    package let path: String
    /// Names and values of all that the result depends on.
    package let settings: [(name: String, value: String)]
    package let history: [HistoryRecord]

    /// - Throws: ``TrainingError`` where there is no checkpoint that can be read, or no history.
    package init(folder path: String) throws(TrainingError) {
        let checkpointPath = "\(path)/checkpoint"
        let file: MappedFile?
        let lines: [HistoryLine]
        do throws(FileError) {
            file = try MappedFile(checkpointPath)
            lines = HistoryLine.lines(of: String(decoding: try readFile("\(path)/history.jsonl"), as: UTF8.self))
        } catch {
            throw .file(error)
        }
        guard let file else { throw .checkpoint(.notACheckpoint(checkpointPath)) }
        let checkpoint = try file.withBytes { (bytes) throws(TrainingError) in
            try Checkpoint(decoding: bytes, file: checkpointPath)
        }
        self.path = path
        settings = RecipeSettings.settings(of: checkpoint.recipe)
        history = lines.compactMap(\.record)
    }
}
