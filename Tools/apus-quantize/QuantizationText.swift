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

    var text: String {
        var summary = Table([.left, .left])
        for figure in report.figures { summary.add(figure.name, figure.value) }
        let tables = ReportTables(report).all.map { table in
            var text = Table(table.columns.map { $0.isNumber ? .right : .left })
            text.add(table.columns.map(\.name))
            for row in table.rows { text.add(row) }
            return "\(table.title)\n\n\(text.text)"
        }
        return (["\(printable(file)) in 8 bits: \(printable(output))", summary.text] + tables).joined(separator: "\n\n")
    }
}
