package import ApusReport

extension QuantizationReport {
    /// The report as a page for browsers.
    package func page(subtitle: String, repetition: Repetition) -> Page {
        let tables = ReportTables(self)
        var sections = [
            Page.Section("overview", "Overview", [Parts.figures(figures.map { ($0.name, $0.value, "") })]),
            Page.Section(
                "layers", tables.layers.title,
                note: """
                    Range, step and zero point are those of the layer's result, behind its activation function. Signal to noise, in decibels, \
                    compares the same value with f32, with all that was quantized before it; 'by itself' is that of the answer, where \
                    no other layer is quantized.
                    """, [tables.layers.html]),
        ]
        for (identifier, table) in [
            ("values", tables.values), ("equalized", tables.equalized), ("floats", tables.floats),
        ] where !table.rows.isEmpty {
            sections.append(Page.Section(identifier, table.title, [table.html]))
        }
        sections.append(repetition.section)
        return Page(title: model, kind: "Quantization", subtitle: subtitle, sections: sections)
    }
}

extension ReportTables.Table {
    var html: HTML {
        Parts.table(
            title, columns.map { Parts.Column($0.name, isNumber: $0.isNumber) },
            rows.map { $0.map { .text($0) } }, isSortable: true)
    }
}
