import ApusTraining

/// The report of an evaluation: `apus-evaluate --report`.
package struct EvaluationReportPage: Sendable {
    package var model: String
    /// What was evaluated on what, in a line.
    package var subtitle: String
    package var evaluation: EvaluationSections
    package var graph: GraphSection?
    /// The activations of the plan that answered.
    package var memory: MemoryDrawing?
    package var repetition: Repetition

    package init(
        model: String, subtitle: String, evaluation: EvaluationSections, repetition: Repetition,
        graph: GraphSection? = nil, memory: MemoryDrawing? = nil
    ) {
        self.model = model
        self.subtitle = subtitle
        self.evaluation = evaluation
        self.repetition = repetition
        self.graph = graph
        self.memory = memory
    }

    /// The page.
    package var page: Page {
        var sections = [Page.Section("overview", "Overview", [Parts.figures(figures)])] + evaluation.sections
        if let graph { sections.append(graph.section) }
        if let memory { sections.append(memory.section(note: "The activations of an answer, for one thread:")) }
        sections.append(repetition.section)
        return Page(title: model, kind: "Evaluation", subtitle: subtitle, sections: sections)
    }

    private var figures: [(name: String, value: String, note: String)] {
        switch evaluation.detailed.evaluation {
        case .classes(let classes):
            [
                (
                    "accuracy", Parts.percent(classes.accuracy),
                    "\(Parts.count(classes.correct)) of \(Parts.count(classes.samples))"
                ), ("loss", Parts.number(classes.loss), "mean of −log p"),
            ]
        case .numbers(let numbers):
            [
                ("R²", Parts.number(numbers.rSquared), "\(Parts.count(numbers.samples)) samples"),
                ("mean squared error", Parts.number(numbers.meanSquaredError), ""),
            ]
        case .labels(let labels):
            [
                ("F1", Parts.number(labels.f1), "\(Parts.count(labels.samples)) samples"),
                ("accuracy", Parts.percent(labels.accuracy), "mean over labels"),
                ("all right", Parts.count(labels.exact), "samples"),
            ]
        }
    }
}
