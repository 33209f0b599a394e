import ApusCommandLine
import ApusData
import ApusGraph
import ApusToolSupport
import ApusTraining
import ArgumentParser

@main
struct ApusEvaluate: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-evaluate",
        abstract: "Answers a data set with a model, and says how well.",
        discussion: """
            Precision is the share of right answers among those that name a class, recall the share of a class's images \
            that are answered right. In the confusion matrix rows are true classes and columns are answers.
            """,
        version: "apus-evaluate \(apusVersion)")

    @Argument(help: "A model file, or a folder that apus-train wrote.")
    var model: String

    @OptionGroup var data: DataOptions

    @Option(help: "The half of the data set to take images from.")
    var part = ImageDataset.Part.test

    @Option(help: "The first image to take, counted from 1.", transform: integer(in: 1...Int(Int32.max)))
    var first = 1

    @Option(
        name: [.customLong("count"), .customLong("limit")],
        help: ArgumentHelp("How many images to take (default: all).", valueName: "count"),
        transform: integer(in: 1...Int(Int32.max)))
    var count: Int?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var targets: TargetOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        let model = try loadModel(model)
        let images = try selectImages()
        let result = EvaluationReport(
            try evaluate(model, images), classNames: try classNames(model, images),
            title: "\(self.model) on \(data.name), \(part.rawValue) images "
                + "\(formatCount(first)) to \(formatCount(first + images.count - 1))")
        try printResult(report.json ? result.json.pretty : result.text)
    }

    private func selectImages() throws(ToolError) -> ImageDataset {
        let all = try data.load(part)
        let start = first - 1
        guard start < all.count, start + (count ?? 1) <= all.count else {
            throw ToolError(
                "the \(part.rawValue) half of \(data.name) has \(all.count) images, and those from \(first) to "
                    + "\(start + (count ?? 1)) were asked for; give another --first or --count")
        }
        return all.subset(start..<start + (count ?? all.count - start))
    }

    private func evaluate(_ model: Model, _ images: ImageDataset) throws(ToolError) -> Evaluation {
        let augmenter = try model.inputPreparation().augmenter(for: images)
        let target = try targets.target()
        do throws(TrainingError) {
            var evaluator = try Evaluator(
                model, augmenter: augmenter, weights: .constant, target: target, threads: threads.count,
                placement: threads.placement, convolutions: targets.convolutions)
            return try evaluator.evaluate(images)
        } catch {
            throw ToolError(error, file: self.model)
        }
    }

    /// The model's own names come first: they belong to its answers.
    private func classNames(_ model: Model, _ images: ImageDataset) throws(ToolError) -> [String] {
        guard !model.labels.isEmpty else { return images.classNames }
        guard images.classNames.count <= model.labels.count else {
            throw ToolError(
                "\(self.model) has \(model.labels.count) labels and \(data.name) has \(images.classNames.count) classes; "
                    + "give the data set that the model was trained for")
        }
        return model.labels
    }
}
