import ApusFiles
public import ApusGraph
package import ApusJSON
import ApusSections

/// The folder of a training run: `best.apus`, `checkpoint`, and `history.jsonl`.
///
/// Each file is replaced as a whole or not at all.
public struct RunFolder: Sendable {
    public let path: String
    /// The lines of the history, without line ends.
    private var history: [String] = []

    public var bestModelPath: String { "\(path)/best.apus" }
    public var checkpointPath: String { "\(path)/checkpoint" }
    public var historyPath: String { "\(path)/history.jsonl" }

    /// Opens the folder; makes it where it doesn't exist.
    public init(_ path: String) throws(TrainingError) {
        self.path = path
        do throws(FileError) { try makeFolder(path) } catch { throw .file(error) }
    }

    /// Whether a run was begun here.
    public var hasRun: Bool { fileExists(checkpointPath) || fileExists(bestModelPath) }

    /// The checkpoint, with the history cut to the epochs that it knows of.
    public mutating func resume() throws(TrainingError) -> Checkpoint {
        let checkpoint = try readCheckpoint()
        history = []
        guard fileExists(historyPath) else { return checkpoint }
        do throws(FileError) {
            let text = String(decoding: try readFile(historyPath), as: UTF8.self)
            history = text.split(separator: "\n").prefix(checkpoint.epochs).map(String.init)
        } catch {
            throw .file(error)
        }
        return checkpoint
    }

    private func readCheckpoint() throws(TrainingError) -> Checkpoint {
        let file: MappedFile?
        do throws(FileError) { file = try MappedFile(checkpointPath) } catch {
            throw .checkpoint(.missing(error, folder: path))
        }
        guard let file else { throw .checkpoint(.notACheckpoint(checkpointPath)) }
        let checkpoint = try file.withBytes { (bytes) throws(TrainingError) in
            try CheckpointFile.decode(bytes, file: checkpointPath)
        }
        guard !file.isCutShort else { throw .checkpoint(.damaged(checkpointPath)) }
        return checkpoint
    }

    /// Forgets an earlier run's history: a new run begins.
    public mutating func begin() throws(TrainingError) {
        history = []
        try write([], to: historyPath)
    }

    /// Keeps a model as the best, with the epoch that it is from and the score that it was chosen by.
    ///
    /// - Parameter loss: what it was trained by, where that was not chosen by the model itself.
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

    public func save(_ checkpoint: Checkpoint) throws(TrainingError) {
        try write(CheckpointFile.file(of: checkpoint), to: checkpointPath)
    }

    /// Adds a line to the history.
    public mutating func append(_ record: EpochRecord) throws(TrainingError) {
        history.append(record.json.compact)
        try write(Array((history.joined(separator: "\n") + "\n").utf8), to: historyPath)
    }

    private func write(_ file: SectionFile, to path: String) throws(TrainingError) {
        do throws(FileError) { try file.write(to: path) } catch { throw .file(error) }
    }

    private func write(_ bytes: [UInt8], to path: String) throws(TrainingError) {
        do throws(FileError) { try writeFile(bytes, to: path) } catch { throw .file(error) }
    }
}

extension EpochRecord {
    /// A line of the history. What was not measured is null.
    package var json: JSONValue {
        [
            "epoch": .integer(epoch), "train_loss": .number(trainLoss),
            "validation_\(measure.rawValue)": validationScore.map { .number($0) } ?? .null,
            "test_\(measure.rawValue)": testScore.map { .number($0) } ?? .null, "learning_rate": .number(learningRate),
            "seconds": .number(seconds), "images_per_second": .number(samplesPerSecond),
        ]
    }
}
