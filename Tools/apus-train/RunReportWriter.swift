import ApusCommandLine
import ApusData
import ApusGraph
import ApusPlan
import ApusReport
import ApusText
import ApusToolSupport
import ApusTraining

/// Writes the report of a run, of what doesn't change while it goes on, and what does.
struct RunReportWriter {
    private let model: Model
    private let layers: Layers
    private let memory: MemoryDrawing
    private let data: TrainingData
    private let subtitle: String
    private let options: TrainingOptions
    private let facts: [(name: String, value: String)]

    /// - Parameters:
    ///   - model: with every parameter a value of its graph.
    ///   - source: what the data is, as it was named.
    ///   - plan: that of a step.
    init(_ model: Model, data: TrainingData, source: String, options: TrainingOptions, plan: Plan) {
        self.model = model
        self.data = data
        self.options = options
        layers = Layers(model.graph, explicit: model.graph)
        memory = MemoryDrawing(plan)
        let unit = data.training.images == nil ? "samples" : "images"
        let test = data.test.map { ", \(formatCount($0.count)) for testing" } ?? ""
        let held = data.validation.map { ", \(formatCount($0.count)) held out for validation" } ?? ""
        subtitle = "Trained on \(source): \(formatCount(data.training.count)) \(unit)\(held)\(test)"
        facts =
            [
                ("data", source), ("instruction set", plan.target.rawValue), ("threads", "\(options.threads)"),
            ] + SystemFacts.list
    }

    /// The report as a file's text.
    ///
    /// - Parameters:
    ///   - history: of all epochs up to now.
    ///   - answers: of the last evaluation.
    ///   - recipe: what the result depends on, as the checkpoint says.
    func report(_ history: [HistoryRecord], _ answers: DetailedEvaluation?, recipe: String) -> String {
        let evaluated = data.test ?? data.validation
        let set = data.test == nil ? "the samples that are held out" : "the test set"
        let evaluation = answers.flatMap { answers in
            evaluated.map { EvaluationSections(answers, of: $0, names: data.training.classNames, set: set) }
        }
        let times = answers?.recording.map { LayerTimes($0.recording, plan: $0.plan) }
        return RunReport(
            model: model.graph.name, subtitle: subtitle, history: history, epochs: options.epochs,
            repetition: Repetition(
                command: ResumeCommand.beginning, facts: facts + RecipeSettings.settings(of: recipe)),
            evaluation: evaluation, graph: GraphSection(model.graph, layers: layers, times: times), memory: memory
        ).page.text
    }
}
