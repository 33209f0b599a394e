import ApusFiles
import ApusJSON
import ApusTraining
import TestSupport
import Testing

/// The lines of `history.jsonl`.
@Suite struct HistoryTests {
    private let place = TestFolder()
    private var folder: String { place.file("run") }

    private static let epoch =
        #"{"epoch":3,"train_loss":0.5,"validation_accuracy":0.75,"test_accuracy":null,"learning_rate":0.01,"#
        + #""seconds":1.5,"images_per_second":200.0}"#
    private static let evaluation = #"{"epoch":3,"step":20,"steps":40,"test_r_squared":0.25}"#

    @Test func linesSayWhatWasWritten() throws {
        let epoch = EpochRecord(
            epoch: 3, trainLoss: 0.5, validationScore: 0.75, testScore: nil, learningRate: 0.01, seconds: 1.5,
            samplesPerSecond: 200)
        let evaluation = EvaluationRecord(
            epoch: 3, step: 20, steps: 40, measure: .rSquared, isTest: true, score: 0.25)
        for (text, record) in [(Self.epoch, HistoryRecord.epoch(epoch)), (Self.evaluation, .evaluation(evaluation))] {
            #expect(HistoryLine(record).text == text)
            #expect(HistoryLine(text: text).record == record)
        }
        #expect(HistoryRecord.epoch(epoch).place == 3 && HistoryRecord.evaluation(evaluation).place == 2.5)
    }

    /// Behind what a line always had: programs that know nothing of them read the rest as before.
    @Test func lossesOfSetsAreThereWhereTheyWereMeasured() {
        var record = EpochRecord(
            epoch: 3, trainLoss: 0.5, validationScore: 0.75, testScore: nil, learningRate: 0.01, seconds: 1.5,
            samplesPerSecond: 200)
        record.validationLoss = 0.625
        let text = Self.epoch.dropLast() + #","validation_loss":0.625}"#
        #expect(HistoryLine(.epoch(record)).text == text)
        #expect(HistoryLine(text: String(text)).record == .epoch(record))
        record.testLoss = 2
        #expect(HistoryLine(.epoch(record)).text == text.dropLast() + #","test_loss":2.0}"#)
        #expect(HistoryLine(text: HistoryLine(.epoch(record)).text).record == .epoch(record))
    }

    @Test(arguments: ["", "{", "[]", "3", #"{"epoch":"one"}"#, #"{"epoch":1,"train_loss":2}"#, #"{"step":1}"#])
    func whatIsNoLineOfAHistoryIsKeptAsItIs(text: String) {
        let line = HistoryLine(text: text)
        #expect(line.record == nil && line.text == text)
    }

    /// What a checkpoint has behind it: at the beginning of the second epoch, and within it.
    @Test func linesBehindACheckpointAreDropped() {
        func evaluation(_ epoch: Int, _ step: Int) -> String {
            #"{"epoch":\#(epoch),"step":\#(step),"steps":9,"validation_accuracy":0.5}"#
        }
        func epoch(_ number: Int) -> String { Self.epoch.replacing("\"epoch\":3", with: "\"epoch\":\(number)") }
        let texts = [evaluation(1, 4), evaluation(1, 8), epoch(1), evaluation(2, 4), evaluation(2, 8), epoch(2)]
        let lines = HistoryLine.lines(of: texts.joined(separator: "\n") + "\n")
        func kept(_ epochs: Int, _ step: Int) -> Int {
            let kept = HistoryLine.lines(lines, before: epochs, step: step).map(\.text)
            #expect(kept == Array(texts.prefix(kept.count)))
            return kept.count
        }
        #expect(kept(0, 0) == 0 && kept(0, 4) == 0 && kept(0, 5) == 1 && kept(1, 0) == 3)
        #expect(kept(1, 4) == 3 && kept(1, 5) == 4 && kept(1, 9) == 5 && kept(2, 0) == 6)
        // Histories of before have epochs alone.
        let old = HistoryLine.lines(of: [epoch(1), epoch(2), epoch(3)].joined(separator: "\n"))
        #expect(HistoryLine.lines(old, before: 2, step: 7).map(\.text) == [epoch(1), epoch(2)])
    }

    /// Trains until a file is to be written for which there is no number left.
    private func train(writes: Int = .max) throws -> Int {
        var options = RunFolderTests.options()
        options.keepsAnswers = true
        var folder = try RunFolder(folder)
        let checkpoint = folder.hasRun ? try folder.resume() : nil
        var trainer = try TrainingFixture.trainer(options, checkpoint: checkpoint)
        let (measure, steps) = (trainer.measure, trainer.batchesPerEpoch)
        if checkpoint == nil { try folder.begin(with: trainer.checkpoint()) }
        var written = 0
        func write(_ body: () throws(TrainingError) -> Void) throws(TrainingError) {
            guard written < writes else { throw RunFolderTests.killed }
            written += 1
            try body()
        }
        do throws(TrainingError) {
            _ = try trainer.run { event throws(TrainingError) in
                switch event {
                case .evaluated(let epoch, let step, let score):
                    let record = EvaluationRecord(
                        epoch: epoch, step: step, steps: steps, measure: measure, isTest: false, score: score)
                    try write { () throws(TrainingError) in try folder.append(record) }
                case .epoch(let record): try write { () throws(TrainingError) in try folder.append(record) }
                case .checkpoint(let checkpoint):
                    try write { () throws(TrainingError) in try folder.save(checkpoint) }
                default: break
                }
            }
        } catch {
            guard error == RunFolderTests.killed else { throw error }
        }
        return written
    }

    /// The lines without the times.
    private func history() throws -> [String] {
        try HistoryLine.lines(of: String(decoding: readFile("\(folder)/history.jsonl"), as: UTF8.self)).map { line in
            let fields = try JSONValue(parsing: line.text).objectValue ?? []
            return fields.filter { !["seconds", "images_per_second"].contains($0.name) }
                .map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        }
    }

    @Test func whereverARunEndsItsHistoryIsThatOfOneThatDidNot() throws {
        let count = try train()
        let whole = try history()
        #expect(whole.count { $0.contains("step ") } > 1 && whole.count > 4)
        for writes in 0..<count {
            for name in TestFolder.names(in: folder) { try removeFile("\(folder)/\(name)") }
            _ = try train(writes: writes)
            _ = try train(writes: 3)
            _ = try train()
            #expect(try history() == whole, "after \(writes) writes")
        }
    }

    /// Evaluations that are told in full are the ones that scores are of, and change nothing.
    @Test func answersAreThoseThatScoresAreOf() throws {
        var ends: [Checkpoint?] = []
        for keeps in [false, true] {
            var options = RunFolderTests.options()
            options.keepsAnswers = keeps
            var trainer = try TrainingFixture.trainer(options)
            var last: DetailedEvaluation?
            var checkpoint: Checkpoint?
            _ = try trainer.run { event throws(TrainingError) in
                switch event {
                case .answered(let evaluation): last = evaluation
                case .epoch(let record):
                    guard keeps else {
                        #expect(last == nil)
                        return
                    }
                    let evaluation = last?.evaluation
                    #expect(evaluation?.score == record.testScore ?? record.validationScore)
                    let right = last?.answers.count { $0.label == $0.answer }
                    #expect(last?.answers.count == evaluation?.samples)
                    #expect(right.map { Double($0) / Double(max(1, last?.answers.count ?? 0)) } == evaluation?.score)
                    let loss = (last?.answers ?? []).reduce(0) { $0 + $1.loss }
                    if case .classes(let classes) = evaluation {
                        #expect(record.testLoss == classes.loss && record.validationLoss ?? 0 > 0)
                        #expect(abs(loss / Double(classes.samples) - classes.loss) < 1e-9)
                    }
                    #expect(last?.answers.allSatisfy { (0...1.000001).contains($0.probability) } ?? false)
                    #expect(last?.recording?.recording.runs ?? 0 > 0)
                case .checkpoint(let state): checkpoint = state
                default: break
                }
            }
            checkpoint?.progress.seconds = 0
            ends.append(checkpoint)
        }
        #expect(ends[0] != nil && ends[0] == ends[1])
    }

    @Test func settingsOfARecipeHaveTheirNames() {
        let recipe =
            "seed 1, learning rate 0.003, optimizer adam(beta1: 0.9, beta2: 0.999), augmentation Augmentation(shift: 0.0, flip: false), "
            + "target 0.999, loss Loss(rawValue: \"automatic\"), evaluation every 10 steps, maximum norm 1.0, 2 batches a step; "
            + "model x, digest ab; preparation scale 0.5 mean 0.0; 240 + 60 samples, digest 1 2"
        let settings = RecipeSettings.settings(of: recipe).map { "\($0.name) = \($0.value)" }
        #expect(
            settings == [
                "seed = 1", "learning rate = 0.003", "optimizer = adam(beta1: 0.9, beta2: 0.999)",
                "augmentation = shift: 0.0, flip: false", "target score = 0.999", "loss = automatic",
                "evaluation every = 10 steps", "maximum norm = 1.0", "batches a step = 2", "model = x",
                "model digest = ab", "preparation = scale 0.5 mean 0.0", "samples = 240 + 60", "samples digest = 1 2",
            ])
    }
}
