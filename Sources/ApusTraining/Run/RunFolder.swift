import ApusFiles
public import ApusGraph
import ApusSections

/// The folder of a training run: `best.apus`, `checkpoint`, `history.jsonl`, and `report.html` where one is wanted.
///
/// Each file is replaced as a whole or not at all, and is on the disk before the next one is written. The checkpoint says how far the
/// run is, and is written behind the model and the history: of these the folder may have later versions, which a run that goes on from
/// the checkpoint makes again, the same bits. The report tells of them, and nothing depends on it. So whenever a process ends, by whatever, the folder is one that can be gone on with.
///
/// One process at a time may write into it.
public struct RunFolder: Sendable {
    /// The folder's path, as it was given.
    public let path: String
    /// How far the run is that is on the disk; nil where nothing was read or written yet.
    package private(set) var saved: Progress?
    /// The lines of the history.
    package private(set) var history: [HistoryLine] = []

    /// The model that ``save(best:epoch:score:_:of:loss:)`` keeps.
    public var bestModelPath: String { "\(path)/best.apus" }
    /// The state to go on from.
    public var checkpointPath: String { "\(path)/checkpoint" }
    /// A line of JSON for each epoch, and for each evaluation within one.
    public var historyPath: String { "\(path)/history.jsonl" }
    /// What people look at.
    public var reportPath: String { "\(path)/report.html" }

    /// Opens the folder; makes it where it doesn't exist, unless it is one to go on with.
    /// - Throws: ``CheckpointError/missing(_:folder:)`` where there is none to go on with.
    public init(_ path: String, resuming: Bool = false) throws(TrainingError) {
        self.path = path
        guard !resuming || isFolder(path) else {
            throw .checkpoint(.missing(FileError(path: path, problem: "is no folder"), folder: path))
        }
        do throws(FileError) { try makeFolder(path) } catch { throw .file(error) }
    }

    /// Whether a folder has a run that can be gone on with from a checkpoint.
    public static func hasCheckpoint(_ path: String) -> Bool { fileExists("\(path)/checkpoint") }

    /// Whether a run was begun here.
    public var hasRun: Bool { fileExists(checkpointPath) || fileExists(bestModelPath) }

    /// The checkpoint; nil where a run ended before it had one, and is to begin.
    ///
    /// What the folder has of later steps than the checkpoint's, and what a killed process left half-written, is taken away.
    public mutating func resume() throws(TrainingError) -> Checkpoint? {
        guard let checkpoint = try readCheckpoint() else { return nil }
        saved = checkpoint.progress
        do throws(FileError) {
            try removePartialFiles()
            var lines: [HistoryLine] = []
            if fileExists(historyPath) {
                lines = HistoryLine.lines(of: String(decoding: try readFile(historyPath), as: UTF8.self))
            }
            history = HistoryLine.lines(lines, before: checkpoint.epochs, step: checkpoint.progress.step)
            if lines.count > history.count { try writeHistory() }
        } catch {
            throw .file(error)
        }
        return checkpoint
    }

    private func readCheckpoint() throws(TrainingError) -> Checkpoint? {
        let file: MappedFile?
        do throws(FileError) { file = try MappedFile(checkpointPath) } catch {
            if fileExists(checkpointPath) { throw .file(error) }
            if !hasRun, try !holdsFolders() { return nil }
            throw .checkpoint(.missing(error, folder: path))
        }
        guard let file else { throw .checkpoint(.notACheckpoint(checkpointPath)) }
        let checkpoint = try file.withBytes { (bytes) throws(TrainingError) in
            try Checkpoint(decoding: bytes, file: checkpointPath)
        }
        guard !file.isCutShort else { throw .checkpoint(.damaged(checkpointPath)) }
        return checkpoint
    }

    /// Begins a run in the place of any that was here before, whose best model stays until this one has a model to keep.
    ///
    /// - Parameter checkpoint: the state before the first step. From the moment on in which it is written ``resume()`` goes on with
    ///   this run; before, with the one that was here.
    public mutating func begin(with checkpoint: Checkpoint) throws(TrainingError) {
        do throws(FileError) { try removePartialFiles() } catch { throw .file(error) }
        try save(checkpoint)
        history = []
        do throws(FileError) {
            try writeHistory()
            // It tells of the run that was here.
            try removeFile(reportPath)
        } catch { throw .file(error) }
    }

    private func removePartialFiles() throws(FileError) {
        for path in [bestModelPath, checkpointPath, historyPath, reportPath] {
            try ApusFiles.removePartialFiles(of: path)
        }
    }

    /// A folder of several runs, or of a user's, is no run's own.
    private func holdsFolders() throws(TrainingError) -> Bool {
        do throws(FileError) { return try names(in: path).contains { isFolder("\(path)/\($0)") } } catch {
            throw .file(error)
        }
    }

    /// Keeps a model as the best, with the epoch that it is from and the score that it was chosen by.
    ///
    /// - Parameters:
    ///   - model: what is kept.
    ///   - epoch: after which it was so.
    ///   - score: the figure on the set that selects.
    ///   - measure: what the score is.
    ///   - set: the set that selects, by its name.
    ///   - loss: what it was trained by, where that was not chosen by the model itself.
    public func save(
        best model: Model, epoch: Int, score: Double, _ measure: Evaluation.Measure, of set: String, loss: String? = nil
    ) throws(TrainingError) {
        var model = model
        model.notes = [
            .init(name: "epoch", value: "\(epoch)"), .init(name: measure.rawValue, value: "\(score)"),
            .init(name: "\(measure.rawValue)_of", value: set),
        ]
        if let loss { model.notes.append(.init(name: Evaluator.lossNote, value: loss)) }
        let file: SectionFile
        do throws(ModelFileError) { file = try ModelFile.file(of: model, weights: .f32) } catch {
            throw .modelFile(error)
        }
        try write(file, to: bestModelPath)
    }

    /// Keeps how far the run is. What was saved before it, the best model and the history, belongs to it.
    public mutating func save(_ checkpoint: Checkpoint) throws(TrainingError) {
        try write(checkpoint.file, to: checkpointPath)
        saved = checkpoint.progress
    }

    /// Adds an epoch to the history.
    public mutating func append(_ record: EpochRecord) throws(TrainingError) {
        try append(HistoryLine(.epoch(record)))
    }

    /// Adds an evaluation within an epoch to the history.
    public mutating func append(_ record: EvaluationRecord) throws(TrainingError) {
        try append(HistoryLine(.evaluation(record)))
    }

    private mutating func append(_ line: HistoryLine) throws(TrainingError) {
        history.append(line)
        do throws(FileError) { try writeHistory() } catch { throw .file(error) }
    }

    private func writeHistory() throws(FileError) {
        try writeFile(Array(history.map { $0.text + "\n" }.joined().utf8), to: historyPath)
    }

    /// Puts a report in the place of the one before.
    package func save(report: String) throws(TrainingError) {
        do throws(FileError) { try writeFile(Array(report.utf8), to: reportPath) } catch { throw .file(error) }
    }

    private func write(_ file: SectionFile, to path: String) throws(TrainingError) {
        do throws(FileError) { try file.write(to: path) } catch { throw .file(error) }
    }
}
