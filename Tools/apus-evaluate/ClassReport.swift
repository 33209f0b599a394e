import ApusCommandLine
import ApusJSON
import ApusText
import ApusToolSupport
import ApusTraining

/// What people and programs are told of an evaluation of classes.
struct ClassReport {
    private let evaluation: ClassEvaluation
    private let unit: String
    /// One for each row of the confusion matrix.
    private let names: [String]

    /// The maximum number of classes whose matrix fits on a page.
    private static let widestMatrix = 20
    /// Confusions that are listed where the matrix is too large.
    private static let listedConfusions = 20

    /// - Parameters:
    ///   - names: of the first classes; further ones go by their number.
    ///   - unit: what samples are called.
    init(_ evaluation: ClassEvaluation, names: [String], unit: String) {
        self.evaluation = evaluation
        self.unit = unit
        self.names = evaluation.confusion.indices.map { $0 < names.count ? names[$0] : String($0) }
    }

    var json: JSONValue {
        [
            "samples": .integer(evaluation.samples),
            "correct": .integer(evaluation.correct),
            "accuracy": .number(evaluation.accuracy),
            "loss": .number(evaluation.loss),
            "confusion": .array(evaluation.confusion.map { JSONValue($0) }),
            "per_class": .array(
                names.indices.map { label in
                    [
                        "class": .string(names[label]),
                        "samples": .integer(evaluation.confusion[label].reduce(0, +)),
                        "precision": evaluation.precision(of: label).map { .number($0) } ?? .null,
                        "recall": evaluation.recall(of: label).map { .number($0) } ?? .null,
                    ]
                }),
        ]
    }

    var text: String {
        var summary = Table([.left, .left])
        summary.add(
            "accuracy",
            "\(percent(evaluation.accuracy))  (\(formatCount(evaluation.correct)) of \(formatCount(evaluation.samples)))"
        )
        summary.add("loss", formatDecimal(evaluation.loss, digits: 5))
        guard !names.isEmpty else { return summary.text }
        let confusions = names.count <= Self.widestMatrix ? matrix : mostFrequentConfusions
        return [summary.text, classes, confusions].joined(separator: "\n\n")
    }

    private var classes: String {
        let areNumbers = names.indices.allSatisfy { names[$0] == $0.description }
        var table = Table((areNumbers ? [] : [.right]) + [.left, .right, .right, .right])
        table.add((areNumbers ? [] : [""]) + ["class", unit, "precision", "recall"])
        for label in names.indices {
            table.add(
                (areNumbers ? [] : [label.description]) + [
                    names[label], formatCount(evaluation.confusion[label].reduce(0, +)),
                    evaluation.precision(of: label).map(percent) ?? "-",
                    evaluation.recall(of: label).map(percent) ?? "-",
                ])
        }
        return table.text
    }

    /// Rows are true classes. A zero is a dot, so that what was confused stands out.
    private var matrix: String {
        var table = Table([.right] + Array(repeating: .right, count: names.count))
        table.add(["true \\ answer"] + names.indices.map(\.description))
        for (label, row) in evaluation.confusion.enumerated() {
            table.add([label.description] + row.map { $0 == 0 ? "·" : $0.description })
        }
        return table.text
    }

    private var mostFrequentConfusions: String {
        var confusions: [(label: Int, answer: Int, count: Int)] = []
        for (label, row) in evaluation.confusion.enumerated() {
            for (answer, count) in row.enumerated() where answer != label && count > 0 {
                confusions.append((label, answer, count))
            }
        }
        confusions.sort { ($1.count, $0.label, $0.answer) < ($0.count, $1.label, $1.answer) }
        var table = Table([.right, .left, .left])
        table.add("times", "true class", "answer")
        for confusion in confusions.prefix(Self.listedConfusions) {
            table.add(confusion.count.description, names[confusion.label], names[confusion.answer])
        }
        return table.text
    }
}
