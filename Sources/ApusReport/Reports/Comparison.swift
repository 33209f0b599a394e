package import ApusTraining

/// Runs side by side.
package struct Comparison: Sendable {
    package struct Run: Sendable {
        /// A name that no other run of the comparison has.
        package var name: String
        package var record: RunRecord
        package var curves: TrainingCurves

        /// The epoch with the best score on the set that is held out, or else on the test set: of equal ones the later.
        package var best: EpochRecord? {
            var best: EpochRecord?
            for epoch in curves.epochs {
                guard let score = epoch.validationScore ?? epoch.testScore else { continue }
                if score >= best.flatMap({ $0.validationScore ?? $0.testScore }) ?? -.infinity { best = epoch }
            }
            return best
        }

        /// Of all epochs.
        package var seconds: Double { curves.epochs.reduce(0) { $0 + $1.seconds } }
    }

    /// A setting in which runs differ.
    package struct Difference: Sendable, Equatable {
        package var name: String
        /// One for each run; nil where a run has no such setting.
        package var values: [String?]
    }

    package let runs: [Run]
    /// In the order of the first run's settings.
    package let differences: [Difference]

    package init(_ records: [RunRecord]) {
        let names = Self.names(records.map(\.path))
        runs = zip(names, records).map { Run(name: $0, record: $1, curves: TrainingCurves($1.history)) }
        let tables = records.map { record in
            Dictionary(record.settings.map { ($0.name, $0.value) }) { first, _ in first }
        }
        var seen: Set<String> = []
        let order = records.flatMap { $0.settings.map(\.name) }.filter { seen.insert($0).inserted }
        differences = order.compactMap { name in
            let values = tables.map { $0[name] }
            return Set(values).count > 1 ? Difference(name: name, values: values) : nil
        }
    }

    /// The last parts of paths, as many as it takes for them to differ.
    static func names(_ paths: [String]) -> [String] {
        let parts = paths.map { $0.split(separator: "/").map(String.init) }
        for count in 1...max(1, parts.map(\.count).max() ?? 1) {
            let names = parts.map { $0.suffix(count).joined(separator: "/") }
            if Set(names).count == names.count { return names }
        }
        // The same run twice.
        return paths.enumerated().map { "\($0.offset + 1): \($0.element)" }
    }

    /// The curves over each other, and a table of what differs.
    package var page: Page {
        let measure = runs.first?.curves.measure ?? .accuracy
        let title = measure == .accuracy ? "accuracy" : measure.title
        func curves(_ series: (TrainingCurves) -> Series) -> [Series] {
            runs.map { run in Series(run.name, series(run.curves).points) }
        }
        let charts = [
            LineChart("Validation \(title)", curves(\.validation), format: { TrainingCurves.score($0, measure) }),
            LineChart("Test \(title)", curves(\.test), format: { TrainingCurves.score($0, measure) }),
            LineChart("Training loss", curves(\.loss), mayBeLogarithmic: true),
            LineChart("Learning rate", curves(\.rate), mayBeLogarithmic: true),
        ]
        let columns = [Parts.Column("setting")] + runs.map { Parts.Column($0.name) }
        let settings = differences.map { difference in
            [HTML.text(difference.name)] + difference.values.map { .text($0 ?? "–") }
        }
        return Page(
            title: runs.map(\.name).joined(separator: ", "), kind: "Comparison",
            subtitle: "\(runs.count) training runs",
            sections: [
                Page.Section("runs", "Runs", [table(measure)]),
                Page.Section("curves", "Curves", [ChartGrid.html(charts)]),
                Page.Section(
                    "settings", "Settings that differ",
                    note: settings.isEmpty ? "All settings are the same." : "",
                    settings.isEmpty ? [] : [Parts.table("Settings that differ", columns, settings)]),
            ])
    }

    private func table(_ measure: Evaluation.Measure) -> HTML {
        let rows = runs.map { run -> [HTML] in
            let best = run.best
            return [
                .text(run.name), .text("\(run.curves.epochs.count)"), .text(best.map { "\($0.epoch)" } ?? "–"),
                .text(best?.validationScore.map { TrainingCurves.score($0, measure) } ?? "–"),
                .text(best?.testScore.map { TrainingCurves.score($0, measure) } ?? "–"),
                .text(best.map { Parts.number($0.trainLoss) } ?? "–"), .text(Parts.coordinate(run.seconds)),
            ]
        }
        return Parts.table(
            "Runs and their best epochs",
            [
                .init("run"), .init("epochs", isNumber: true), .init("best epoch", isNumber: true),
                .init("validation \(measure.title)", isNumber: true), .init("test \(measure.title)", isNumber: true),
                .init("training loss", isNumber: true), .init("seconds", isNumber: true),
            ], rows, isSortable: true)
    }
}
