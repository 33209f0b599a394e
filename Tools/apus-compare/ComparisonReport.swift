import ApusJSON
import ApusReport
import ApusText
import ApusToolSupport
import ApusTraining

/// What people and programs are told of runs side by side.
struct ComparisonReport {
    private let comparison: Comparison

    init(_ comparison: Comparison) { self.comparison = comparison }

    var text: String {
        var table = Table([.left] + Array(repeating: .right, count: 6))
        let measure = comparison.runs.first?.curves.measure ?? .accuracy
        table.add(
            "run", "epochs", "best epoch", "validation \(measure.title)", "test \(measure.title)", "training loss",
            "seconds")
        for run in comparison.runs {
            let best = run.best
            table.add(
                run.name, "\(run.curves.epochs.count)", best.map { "\($0.epoch)" } ?? "-",
                best?.validationScore.map { formatDecimal($0, digits: 4) } ?? "-",
                best?.testScore.map { formatDecimal($0, digits: 4) } ?? "-",
                best.map { formatDecimal($0.trainLoss, digits: 4) } ?? "-", formatDecimal(run.seconds, digits: 1))
        }
        guard !comparison.differences.isEmpty else { return table.text + "\n\nall settings are the same" }
        var settings = Table([.left] + Array(repeating: .left, count: comparison.runs.count))
        settings.add(["setting"] + comparison.runs.map(\.name))
        for difference in comparison.differences {
            settings.add([difference.name] + difference.values.map { $0 ?? "-" })
        }
        return table.text + "\n\n" + settings.text
    }

    var json: JSONValue {
        [
            "runs": .array(comparison.runs.map(record)),
            "differences": .array(
                comparison.differences.map { difference in
                    [
                        "setting": .string(difference.name),
                        "values": .array(difference.values.map { $0.map { .string($0) } ?? .null }),
                    ]
                }),
        ]
    }

    private func record(_ run: Comparison.Run) -> JSONValue {
        let best = run.best
        return [
            "name": .string(run.name), "path": .string(run.record.path),
            "measure": .string(run.curves.measure.rawValue), "epochs": .integer(run.curves.epochs.count),
            "best_epoch": best.map { .integer($0.epoch) } ?? .null,
            "validation": best?.validationScore.map { .number($0) } ?? .null,
            "test": best?.testScore.map { .number($0) } ?? .null,
            "train_loss": best.map { .number($0.trainLoss) } ?? .null, "seconds": .number(run.seconds),
            "settings": .object(run.record.settings.map { .init($0.name, .string($0.value)) }),
        ]
    }
}
