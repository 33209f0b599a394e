import ApusCommandLine
import ApusCompiler
import ApusData
import ApusFiles
import ApusGraph
import ApusJSON
import ApusProfile
import ApusQuantization
import ApusReport
import ApusRuntime
import ApusText
import ApusTraining
import Glibc

/// Tells people how training goes, and keeps the run folder up to date.
struct TrainingReport: ~Copyable {
    private var folder: RunFolder
    private let options: TrainingOptions
    private let samples: Int
    /// What samples are called.
    private let unit: String
    private let terminal = Terminal()
    private var bar: ProgressBar?
    private var best: (epoch: Int, score: Double)?
    private let measure: Evaluation.Measure
    private let command: ResumeCommand
    private var bestTest: Double?
    private var lastRecord: EpochRecord?
    private let batchesPerEpoch: Int
    /// What makes the report; nil where none is wanted.
    var writer: RunReportWriter?
    /// Makes what is kept of what is trained, where that is trained for 8 bits.
    var quantizes: FakeQuantizedModel?
    private var hasWrittenReport = false
    /// Those of the epoch that ends.
    private var answers: DetailedEvaluation?
    private var events: EventFile?

    /// - Parameters:
    ///   - folder: that of the run, with what is known of it where it goes on.
    ///   - trainer: says what models are compared by, and how many batches an epoch has.
    ///   - command: how to go on.
    init(
        folder: RunFolder, options: TrainingOptions, data: Dataset, trainer: borrowing Trainer, command: ResumeCommand
    ) {
        self.folder = folder
        self.options = options
        self.command = command
        measure = trainer.measure
        batchesPerEpoch = trainer.batchesPerEpoch
        samples = data.count
        unit = data.images == nil ? "samples" : "images"
        if let rate = folder.saved?.learningRate, rate.bestScore > -.infinity {
            best = (rate.bestEpoch + 1, rate.bestScore)
        }
    }

    /// How far the run is that is on the disk.
    var saved: Progress? { folder.saved }

    /// Puts a run that begins in the place of any that was in the folder.
    mutating func begin(with checkpoint: Checkpoint) throws(TrainingError) { try folder.begin(with: checkpoint) }

    /// Begins a file of events for TensorBoard, from where the run is.
    mutating func openEvents(in folder: String) throws(TrainingError) {
        let progress = saved ?? Progress(learningRate: LearningRate(base: 0))
        let step = progress.epoch * batchesPerEpoch + progress.step
        do throws(FileError) { events = try EventFile(folder: folder, firstStep: step) } catch { throw .file(error) }
    }

    /// Whether a report is wanted and this process has not written any.
    var needsReport: Bool { writer != nil && !hasWrittenReport }

    /// Writes the report of what was done up to now.
    mutating func writeReport(_ answers: DetailedEvaluation?, recipe: String) throws(TrainingError) {
        guard let writer else { return }
        try folder.save(report: writer.report(folder.history.compactMap(\.record), answers, recipe: recipe))
        hasWrittenReport = true
    }

    /// Says what is trained, on what, and with what traffic where ranks share it.
    func announce(_ model: String, _ data: TrainingData, source: String, ranks: Int = 1, traffic: RankTraffic? = nil) {
        let held = data.validation.map { ", \(formatCount($0.count)) held out for validation" } ?? ""
        let test = data.test.map { ", \(formatCount($0.count)) for testing" } ?? ""
        print(
            "training \(printable(model)) on \(printable(source)): \(formatCount(data.training.count)) \(unit)\(held)\(test)"
        )
        if let traffic {
            print(
                "shared by \(ranks) ranks: \(formatCount(traffic.sums)) bytes of sums for each of \(options.shards) shards, "
                    + "\(formatCount(traffic.received)) bytes to a rank and \(traffic.rounds) exchanges with each step")
        }
        if options.selection == .test {
            print("the best model is chosen on the test set: its score is no estimate for new data")
        }
    }

    mutating func note(_ event: TrainingEvent) throws(TrainingError) {
        switch event {
        case .step(let epoch, let step, let steps, let loss):
            if bar == nil { bar = ProgressBar(title: "epoch \(epoch)/\(options.epochs)", unit: unit, total: samples) }
            bar?.update(done: min(samples, step * options.batch), loss: loss)
            if step == 1 || step % 100 == 0 {
                ProcessTitle.set(
                    "epoch \(epoch)/\(options.epochs), step \(step)/\(steps), loss \(formatDecimal(loss, digits: 4))")
            }
        case .evaluated(let epoch, let step, let score):
            let record = EvaluationRecord(
                epoch: epoch, step: step, steps: batchesPerEpoch, measure: measure, isTest: options.selection == .test,
                score: score)
            try folder.append(record)
            do throws(FileError) { try events?.append(record) } catch { throw .file(error) }
            show("  epoch \(epoch), step \(step): \(setName) \(formatDecimal(score, digits: 4))")
        case .answered(let evaluation): answers = evaluation
        case .epoch(let record):
            bar?.clear()
            bar = nil
            lastRecord = record
            try folder.append(record)
            do throws(FileError) { try events?.append(record, step: record.epoch * batchesPerEpoch) } catch {
                throw .file(error)
            }
            show(line(record))
        case .improved(let model, let epoch, let score):
            best = (epoch, score)
            bestTest = lastRecord?.epoch == epoch ? lastRecord?.testScore : nil
            try folder.save(
                best: try kept(model), epoch: epoch, score: score, measure,
                of: options.selection == .validation ? "validation" : "test",
                loss: options.loss == .automatic ? nil : options.loss.rawValue)
        case .learningRateDivided(let rate):
            show("  no improvement: the learning rate is now \(rate)")
        case .checkpoint(let checkpoint):
            try folder.save(checkpoint)
            // At the end of an epoch, once all of it is safe.
            if let answers, checkpoint.progress.step == 0 {
                try writeReport(answers, recipe: checkpoint.recipe)
                self.answers = nil
            }
        }
    }

    /// What is kept of a model.
    private func kept(_ model: Model) throws(TrainingError) -> Model {
        guard let quantizes else { return model }
        do throws(GraphError) { return try quantizes.quantized(model) } catch {
            throw .compile(
                .pass(
                    PassError(pass: "quantize-aware", place: error.place, message: error.message, remedy: error.remedy))
            )
        }
    }

    /// Says how it ended.
    mutating func finish(_ end: TrainingEnd) {
        bar?.clear()
        if end == .interrupted {
            show("interrupted, and saved; to go on: \(command.text)")
            return
        }
        show("\(end.rawValue)")
        guard let best else { return }
        var parts = ["kept: epoch \(best.epoch)"]
        if options.selection != .last { parts.append("\(setName) \(formatDecimal(best.score, digits: 4))") }
        if options.selection != .test, let bestTest { parts.append("test \(formatDecimal(bestTest, digits: 4))") }
        show(parts.joined(separator: ", ") + ", in \(printable(folder.bestModelPath))")
    }

    /// Prints where the time of the steps went, and writes the trace where one is wanted.
    mutating func show(_ profile: Profile, trace: String?) throws(TrainingError) {
        show("")
        for line in ProfileTable(profile).lines { show(printable(line)) }
        guard let trace else { return }
        let text = TraceDocument(profile).value.compact + "\n"
        do throws(FileError) { try writeFile(Array(text.utf8), to: trace) } catch { throw .file(error) }
    }

    private var setName: String { options.selection == .test ? "test" : "validation" }

    private func line(_ record: EpochRecord) -> String {
        var parts = [
            "epoch \(record.epoch)/\(options.epochs)", "loss \(formatDecimal(record.trainLoss, digits: 4))",
        ]
        let what = record.measure == .accuracy ? "" : "\(record.measure.title) "
        if let score = record.validationScore { parts.append("validation \(what)\(formatDecimal(score, digits: 4))") }
        if let score = record.testScore { parts.append("test \(what)\(formatDecimal(score, digits: 4))") }
        parts.append("rate \(record.learningRate)")
        parts.append("\(formatDecimal(record.seconds, digits: 1)) s")
        parts.append("\(formatCount(Int(record.samplesPerSecond))) \(unit)/s")
        return parts.joined(separator: "  ")
    }

    /// Prints a line where the bar was.
    private mutating func show(_ text: String) {
        bar?.clear()
        print(text)
        // Lines reach a pipe as they are printed.
        fflush(nil)
    }
}
