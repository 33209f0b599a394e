import ApusQuantization
import ApusText
import ApusToolSupport

/// What people are told of a model that was quantized.
struct QuantizationText {
    private let title: String
    private let figures: [(name: String, value: String)]
    private let tables: [ReportTables.Table]

    init(_ report: QuantizationReport, file: String, output: String) {
        title = "\(printable(file)) in 8 bits: \(printable(output))"
        figures = report.figures
        tables = ReportTables(report).all
    }

    init(_ report: WeightReport, file: String, output: String) {
        title = "\(printable(file)) with weights of \(report.bits.count) bits: \(printable(output))"
        figures = report.figures
        tables = [report.table]
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
        for figure in figures { summary.add(figure.name, figure.value) }
        let tables = tables.map { table in
            var text = Table(table.columns.map { $0.isNumber ? .right : .left })
            text.add(table.columns.map(\.name))
            for row in table.rows { text.add(row.map(Self.shortened)) }
            return "\(table.title)\n\n\(text.text)"
        }
        return ([title, summary.text] + tables).joined(separator: "\n\n")
    }
}
