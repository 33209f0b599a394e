import ApusQuantization
import ApusText
import ApusToolSupport

/// What people are told of a model that was quantized.
struct QuantizationText {
    private let report: QuantizationReport
    private let file: String
    private let output: String

    init(_ report: QuantizationReport, file: String, output: String) {
        self.report = report
        self.file = file
        self.output = output
    }

    /// Characters of the longest name that is shown whole: what exporters call values can be longer than a line.
    private static let longestName = 44

    /// The ends of a name, which differ where the middle doesn't.
    private static func shortened(_ cell: String) -> String {
        guard cell.count > longestName, !cell.contains(" ") else { return cell }
        return "\(cell.prefix(longestName / 2))…\(cell.suffix(longestName / 2 - 1))"
    }

    var text: String {
        var summary = Table([.left, .left])
        for figure in report.figures { summary.add(figure.name, figure.value) }
        let tables = ReportTables(report).all.map { table in
            var text = Table(table.columns.map { $0.isNumber ? .right : .left })
            text.add(table.columns.map(\.name))
            for row in table.rows { text.add(row.map(Self.shortened)) }
            return "\(table.title)\n\n\(text.text)"
        }
        return (["\(printable(file)) in 8 bits: \(printable(output))", summary.text] + tables).joined(separator: "\n\n")
    }
}
