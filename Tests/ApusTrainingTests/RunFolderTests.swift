import ApusFiles
import ApusGraph
import ApusJSON
import ApusTraining
import TestSupport
import Testing

/// What a run leaves in its folder, wherever it ends.
@Suite struct RunFolderTests {
    private let place = TestFolder()
    private var folder: String { place.file("run") }

    static func options() -> TrainingOptions {
        var options = TrainingFixture.options()
        options.epochs = 2
        options.averageDecay = 0.9
        options.evaluationSteps = 2
        options.checkpointSteps = 3
        options.checkpointSeconds = 0
        return options
    }

    /// Where a test ends a run.
    static let killed = TrainingError.file(FileError(path: "run", problem: "killed"))

    /// Begins a run or goes on with it, and ends it before a file is written for which there is no number left.
    /// - Returns: how many files were written.
    @discardableResult
    private func train(_ options: TrainingOptions = options(), writes: Int = .max) throws -> Int {
        var folder = try RunFolder(folder)
        let checkpoint = folder.hasRun ? try folder.resume() : nil
        var trainer = try TrainingFixture.trainer(options, checkpoint: checkpoint)
        let measure = trainer.measure
        if checkpoint == nil { try folder.begin(with: trainer.checkpoint()) }
        var written = 0
        do throws(TrainingError) {
            _ = try trainer.run { event throws(TrainingError) in
                switch event {
                case .epoch, .improved, .checkpoint:
                    guard written < writes else { throw Self.killed }
                    written += 1
                default: return
                }
                switch event {
                case .epoch(let record): try folder.append(record)
                case .improved(let model, let epoch, let score):
                    try folder.save(best: model, epoch: epoch, score: score, measure, of: "validation")
                case .checkpoint(let checkpoint): try folder.save(checkpoint)
                default: break
                }
            }
        } catch {
            guard error == Self.killed else { throw error }
        }
        return written
    }

    /// The three files, without the times.
    private func files() throws -> [[UInt8]] {
        let names = ["best.apus", "checkpoint"]
        let history = try readFile("\(folder)/history.jsonl").split(separator: UInt8(ascii: "\n")).map { line in
            let fields = try JSONValue(parsing: Array(line)).objectValue ?? []
            return fields.filter { !["seconds", "images_per_second"].contains($0.name) }
                .map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        }
        return try names.map { try readFile("\(folder)/\($0)") } + [Array(history.joined(separator: "\n").utf8)]
    }

    @Test func whereverItEndsNothingIsLost() throws {
        let count = try train()
        let whole = try files()
        #expect(count > 10)
        for writes in 0..<count {
            removeRun()
            #expect(try train(writes: writes) == writes)
            _ = try place.write("run/checkpoint.77-0.partial", "half of it")
            // The second time, behind it.
            try train(writes: 4)
            #expect(!fileExists("\(folder)/checkpoint.77-0.partial"))
            try train()
            #expect(try files() == whole, "after \(writes) writes")
        }
    }

    private func removeRun() {
        for name in TestFolder.names(in: folder) { try? removeFile("\(folder)/\(name)") }
    }

    /// The epoch that comes again is not in the history twice, and not in it before.
    @Test func theHistoryIsThatOfTheCheckpoint() throws {
        try train()
        let epochs = try readFile("\(folder)/history.jsonl")
        removeRun()
        // The first epoch: three models within it at most, two checkpoints, and the line.
        var writes = 0
        while (try? readFile("\(folder)/history.jsonl"))?.isEmpty ?? true {
            removeRun()
            writes += 1
            try train(writes: writes)
        }
        var run = try RunFolder(folder)
        #expect(run.saved == nil)
        let checkpoint = try #require(try run.resume())
        #expect(checkpoint.epochs == 0 && run.saved == checkpoint.progress && checkpoint.progress.step > 0)
        #expect(try readFile("\(folder)/history.jsonl").isEmpty && !epochs.isEmpty)
    }

    /// From the moment on in which a run takes the place of another, it is that which is gone on with.
    @Test func aRunTakesThePlaceOfAnother() throws {
        try train()
        var options = Self.options()
        options.seed = 5
        let best = try readFile("\(folder)/best.apus")
        var run = try RunFolder(folder)
        let beginning = try TrainingFixture.trainer(options).checkpoint()
        try run.begin(with: beginning)
        #expect(run.saved == beginning.progress)
        // The model that was trained is not thrown away before there is another.
        #expect(try readFile("\(folder)/best.apus") == best && readFile("\(folder)/history.jsonl").isEmpty)
        var again = try RunFolder(folder, resuming: true)
        #expect(try again.resume() == beginning)
        try train(options)
        let changed = try files()
        removeRun()
        try train(options)
        #expect(try files() == changed && changed[0] != best)
    }

    @Test func whereNothingWasSavedARunBegins() throws {
        let missing = #expect(throws: TrainingError.self) { _ = try RunFolder(folder, resuming: true) }
        #expect(missing?.description == "\(folder): is no folder; there is nothing to resume in \(folder)")
        #expect(!fileExists(folder))
        for name in ["lock", "checkpoint.12-0.partial", "history.jsonl", "log.txt"] {
            _ = try place.write("run/\(name)", "")
            var run = try RunFolder(folder, resuming: true)
            #expect(try run.resume() == nil)
        }
        // A model without a checkpoint, and a folder of runs.
        for name in ["best.apus", "other/log.txt"] {
            _ = try place.write("run/\(name)", "")
            var run = try RunFolder(folder, resuming: true)
            let error = #expect(throws: TrainingError.self) { _ = try run.resume() }
            #expect(
                error?.description == "\(folder)/checkpoint: can't open it: No such file or directory; check the path; "
                    + "there is nothing to resume in \(folder)")
            try removeFile("\(folder)/\(name)")
        }
    }
}
