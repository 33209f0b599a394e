import ApusCommandLine
import ApusData
import ApusFiles
import ApusGraph
import ApusReport
import ApusToolSupport
import ApusTraining
import ArgumentParser

@main
struct ApusEvaluate: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-evaluate",
        abstract: "Answers a data set with a model, and says how well.",
        discussion: """
            Of classes: precision is the share of right answers among those that name a class, recall the share of a class's \
            samples that are answered right. In the confusion matrix rows are true classes and columns are answers. \
            Of numbers: R² is the share of their variance that the answers explain. Of labels, each true or false by itself: F1 \
            is the harmonic mean of precision and recall.
            """,
        version: "apus-evaluate \(apusVersion)")

    @Argument(help: "A model file, a folder that apus-train wrote, or an ONNX file.")
    var model: String

    @OptionGroup var settings: SettingOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var normalization: NormalizationOptions

    @Option(help: "The half of the data set to take samples from (default: test, where there are halves).")
    var part: Dataset.Part?

    @Option(help: "The first sample to take, counted from 1.", transform: integer(in: 1...Int(Int32.max)))
    var first = 1

    @Option(
        name: [.customLong("count"), .customLong("limit")],
        help: ArgumentHelp("How many samples to take (default: all).", valueName: "count"),
        transform: integer(in: 1...Int(Int32.max)))
    var count: Int?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var targets: TargetOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var memoryLimit: MemoryOptions
    @OptionGroup var report: ReportOptions

    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Write a page for browsers: what is confused, the samples that are most wrong, what each layer costs.",
            valueName: "X.html"))
    var page: String?

    func run() throws {
        let model = try loadModel(model, settings: settings.values, opensBatch: settings.opensBatch, needsBatch: true)
        let part = try chosenPart()
        let samples = try select(part, for: model)
        let what = samples.images == nil ? "samples" : "images"
        let half = part.map { "\($0.rawValue) " } ?? ""
        let names = model.labels.isEmpty ? samples.classNames : model.labels
        let title =
            "\(self.model) on \(data.name(part ?? .training)), \(half)\(what) "
            + "\(formatCount(first)) to \(formatCount(first + samples.count - 1))"
        let evaluation = try evaluate(model, samples)
        if let page { try writePage(to: page, model, evaluation, samples, names: names, title: title) }
        let result = EvaluationReport(evaluation.evaluation, names: names, unit: what, title: title)
        try printResult(report.json ? result.json.pretty : result.text)
    }

    /// The half that is asked for, or that for testing; nil where there are no halves.
    private func chosenPart() throws(ToolError) -> Dataset.Part? {
        guard try !data.hasTest() else { return part ?? .test }
        guard part != .test else {
            throw ToolError(
                "\(data.name(.training)) has no part for testing; name one with --test, or leave --part out")
        }
        return part
    }

    /// The samples that are asked for, with the classes of the model.
    private func select(_ part: Dataset.Part?, for model: Model) throws(ToolError) -> Dataset {
        let name = data.name(part ?? .training)
        let all: Dataset
        let loaded = try data.load(part ?? .training, text: model.textForm)
        do {
            all = model.labels.isEmpty ? loaded : try loaded.relabelled(model.labels)
        } catch {
            throw ToolError(error, file: name)
        }
        let start = first - 1
        guard start < all.count, start + (count ?? 1) <= all.count else {
            throw ToolError(
                "\(part.map { "the \($0.rawValue) half of " } ?? "")\(name) has \(all.count) samples, and those from "
                    + "\(first) to \(start + (count ?? 1)) were asked for; give another --first or --count")
        }
        return all.subset(start..<start + (count ?? all.count - start))
    }

    private func writePage(
        to path: String, _ model: Model, _ evaluation: DetailedEvaluation, _ samples: Dataset, names: [String],
        title: String
    ) throws(ToolError) {
        let explicit = try explicitModel(model, file: self.model).graph
        let times = evaluation.recording.map { LayerTimes($0.recording, plan: $0.plan) }
        let report = EvaluationReportPage(
            model: model.graph.name, subtitle: title,
            evaluation: EvaluationSections(
                evaluation, of: samples, names: names, set: "these \(formatCount(samples.count)) samples"),
            repetition: Repetition(
                command: CommandLine.arguments.map { shellCommand([$0]) },
                facts: [("model", self.model), ("threads", "\(threads.count)")]
                    + (evaluation.recording.map { [("instruction set", $0.plan.target.rawValue)] } ?? [])
                    + SystemFacts.list),
            graph: GraphSection(explicit, layers: Layers(explicit, explicit: explicit), times: times),
            memory: evaluation.recording.map { MemoryDrawing($0.plan) })
        do throws(FileError) { try writeFile(Array(report.page.text.utf8), to: path) } catch { throw ToolError(error) }
    }

    private func evaluate(_ model: Model, _ samples: Dataset) throws(ToolError) -> DetailedEvaluation {
        let target = try targets.target()
        let preparation = try preparation(of: model, samples)
        do throws(TrainingError) {
            var evaluator = try Evaluator(
                model, preparation: preparation, weights: .constant, target: target, threads: threads.count,
                placement: threads.placement, convolutions: targets.convolutions, compute: compute.precision)
            guard page != nil else {
                return DetailedEvaluation(evaluation: try evaluator.evaluate(samples), answers: [])
            }
            evaluator.startRecording()
            return try evaluator.evaluateEach(samples)
        } catch {
            throw ToolError(error, file: self.model)
        }
    }

    /// What was asked for, over what the model says, or else what the data wants.
    private func preparation(of model: Model, _ samples: Dataset) throws(ToolError) -> InputPreparation {
        var own = samples.preparation
        if !model.preparation.isEmpty {
            do { own = try model.inputPreparation() } catch { throw ToolError(error, file: self.model) }
        }
        return try normalization.applied(to: own, training: try data.load(.training, text: model.textForm))
    }
}
