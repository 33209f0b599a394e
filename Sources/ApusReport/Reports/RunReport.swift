import ApusText
package import ApusTraining

/// The report of a training run, as far as it is.
package struct RunReport: Sendable {
    /// The network's name.
    package var model: String
    /// What was trained on what, in a line.
    package var subtitle: String
    package var history: [HistoryRecord]
    /// Epochs that the run has at most.
    package var epochs: Int
    /// What the last epoch's model answered; nil where it was not evaluated.
    package var evaluation: EvaluationSections?
    /// The network, with what its layers cost where that was measured.
    package var graph: GraphSection?
    /// The activations of a training step.
    package var memory: MemoryDrawing?
    package var repetition: Repetition

    package init(
        model: String, subtitle: String, history: [HistoryRecord], epochs: Int, repetition: Repetition,
        evaluation: EvaluationSections? = nil, graph: GraphSection? = nil, memory: MemoryDrawing? = nil
    ) {
        self.model = model
        self.subtitle = subtitle
        self.history = history
        self.epochs = epochs
        self.repetition = repetition
        self.evaluation = evaluation
        self.graph = graph
        self.memory = memory
    }

    /// The page.
    package var page: Page {
        let curves = TrainingCurves(history)
        var sections = [overview(curves), curves.section]
        if let evaluation {
            var own = evaluation.sections
            if let epoch = curves.epochs.last?.epoch, !own.isEmpty {
                own[0].note += " These are the answers of the model after epoch \(epoch)."
            }
            sections += own
        }
        if let graph { sections.append(graph.section) }
        if let memory {
            sections.append(memory.section(note: "The activations of a training step, for one thread:"))
        }
        sections.append(repetition.section)
        return Page(title: model, kind: "Training run", subtitle: subtitle, sections: sections)
    }

    private func overview(_ curves: TrainingCurves) -> Page.Section {
        let measure = curves.measure
        let done = curves.epochs
        func best(_ name: String, _ score: (EpochRecord) -> Double?) -> (name: String, value: String, note: String)? {
            // Of equal ones the later: it is the one that a run keeps.
            var best: (score: Double, epoch: Int)?
            for record in done {
                if let score = score(record), score >= best?.score ?? -.infinity { best = (score, record.epoch) }
            }
            return best.map {
                ("\(name) \(measure.title)", TrainingCurves.score($0.score, measure), "best, epoch \($0.epoch)")
            }
        }
        var figures: [(name: String, value: String, note: String)] = []
        if let figure = best("validation", { $0.validationScore }) { figures.append(figure) }
        if let figure = best("test", { $0.testScore }) { figures.append(figure) }
        if let last = done.last {
            figures.append(("training loss", Parts.number(last.trainLoss), "epoch \(last.epoch)"))
            let seconds = done.reduce(0) { $0 + $1.seconds }
            figures.append(
                (
                    "time", Self.duration(seconds), "\(Parts.count(Int(last.samplesPerSecond))) samples a second"
                ))
        }
        figures.append(("epochs", "\(done.count)", "of \(epochs) at most"))
        return Page.Section("overview", "Overview", [Parts.figures(figures)])
    }

    private static func duration(_ seconds: Double) -> String {
        seconds < 100
            ? "\(formatDecimal(seconds, digits: 1)) s"
            : seconds < 6000
                ? "\(formatDecimal(seconds / 60, digits: 1)) min" : "\(formatDecimal(seconds / 3600, digits: 1)) h"
    }
}
