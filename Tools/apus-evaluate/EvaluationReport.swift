import ApusCommandLine
import ApusJSON
import ApusText
import ApusToolSupport
import ApusTraining

/// What people and programs are told of an evaluation.
struct EvaluationReport {
    let json: JSONValue
    let text: String

    /// - Parameters:
    ///   - names: of classes, or of the elements of targets.
    ///   - unit: what samples are called.
    init(_ evaluation: Evaluation, names: [String], unit: String, title: String) {
        let body: String
        switch evaluation {
        case .classes(let classes):
            let report = ClassReport(classes, names: names, unit: unit)
            (json, body) = (report.json, report.text)
        case .numbers(let numbers):
            (json, body) = (numbers.json, numbers.text)
        case .labels(let labels):
            let report = LabelReport(labels, names: names, unit: unit)
            (json, body) = (report.json, report.text)
        }
        text = printable(title) + "\n\n" + body
    }
}

extension RegressionEvaluation {
    fileprivate var json: JSONValue {
        [
            "samples": .integer(samples), "mean_squared_error": .number(meanSquaredError),
            "mean_absolute_error": .number(meanAbsoluteError), "r_squared": .number(rSquared),
        ]
    }

    fileprivate var text: String {
        var table = Table([.left, .left])
        table.add("mean squared error", "\(Float(meanSquaredError))")
        table.add("mean absolute error", "\(Float(meanAbsoluteError))")
        table.add("R²", formatDecimal(rSquared, digits: 4))
        return table.text
    }
}

/// What people and programs are told of labels that are true or false.
struct LabelReport {
    private let evaluation: MultiLabelEvaluation
    private let unit: String
    private let names: [String]

    init(_ evaluation: MultiLabelEvaluation, names: [String], unit: String) {
        self.evaluation = evaluation
        self.unit = unit
        self.names = evaluation.labels.indices.map { $0 < names.count ? names[$0] : String($0) }
    }

    var json: JSONValue {
        [
            "samples": .integer(evaluation.samples), "exact": .integer(evaluation.exact),
            "accuracy": .number(evaluation.accuracy), "f1": .number(evaluation.f1),
            "per_label": .array(
                zip(names, evaluation.labels).map { name, counts in
                    [
                        "label": .string(name), "true": .integer(counts.truePositives + counts.falseNegatives),
                        "accuracy": .number(counts.accuracy), "f1": counts.f1.map { .number($0) } ?? .null,
                    ]
                }),
        ]
    }

    var text: String {
        var summary = Table([.left, .left])
        summary.add("accuracy", percent(evaluation.accuracy))
        summary.add("F1", formatDecimal(evaluation.f1, digits: 4))
        summary.add(
            "all right", "\(formatCount(evaluation.exact)) of \(formatCount(evaluation.samples)) \(unit)")
        var table = Table([.left, .right, .right, .right])
        table.add("label", "true", "accuracy", "F1")
        for (name, counts) in zip(names, evaluation.labels) {
            table.add(
                name, formatCount(counts.truePositives + counts.falseNegatives), percent(counts.accuracy),
                counts.f1.map { formatDecimal($0, digits: 4) } ?? "-")
        }
        return summary.text + "\n\n" + table.text
    }
}

/// A share for people: `99.45 %`.
func percent(_ share: Double) -> String { formatDecimal(share * 100, digits: 2) + " %" }
