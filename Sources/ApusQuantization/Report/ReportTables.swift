/// The tables that a report consists of, for text and for pages.
package struct ReportTables: Sendable {
    package struct Table: Sendable {
        package var title: String
        /// Names of columns, and whether what is in them are numbers.
        package var columns: [(name: String, isNumber: Bool)]
        package var rows: [[String]]
    }

    package var layers: Table
    package var values: Table
    package var equalized: Table
    package var floats: Table

    package init(_ report: QuantizationReport) {
        let hasSensitivities = report.layers.contains { $0.sensitivity != nil }
        layers = Table(
            title: "Layers",
            columns: [
                ("layer", false), ("operator", false), ("as", false), ("minimum", true), ("maximum", true),
                ("step", true), ("zero", true), ("saturated", true), ("signal to noise", true),
            ] + (hasSensitivities ? [("by itself", true)] : []) + [("why f32", false)],
            rows: report.layers.map { layer in
                [layer.name, layer.kind, layer.reason == nil ? "i8" : "f32"] + Self.cells(layer.range)
                    + [formatDecibels(layer.signalToNoise)]
                    + (hasSensitivities ? [formatDecibels(layer.sensitivity)] : []) + [layer.reason ?? ""]
            })
        values = Table(
            title: "Other values in 8 bits",
            columns: [
                ("value", false), ("operator", false), ("minimum", true), ("maximum", true), ("step", true),
                ("zero", true), ("saturated", true), ("signal to noise", true),
            ],
            rows: report.values.map {
                [$0.name, $0.kind] + Self.cells($0.range) + [formatDecibels($0.signalToNoise)]
            })
        equalized = Table(
            title: "Channels that were equalized",
            columns: [("behind", false), ("before", false), ("largest / median range", true)],
            rows: report.equalized.map {
                [$0.first, $0.second, $0.spread.isFinite ? formatNumber($0.spread) : "the median is 0"]
            })
        floats = Table(
            title: "Other operators in f32", columns: [("operator", false), ("calls", true), ("why", false)],
            rows: report.floats.map { [$0.name, "\($0.calls)", $0.reason] })
    }

    private static func cells(_ range: QuantizationReport.Range?) -> [String] {
        guard let range else { return Array(repeating: "-", count: 5) }
        return [
            formatNumber(range.minimum), formatNumber(range.maximum), range.scale.map { formatNumber($0.scale) } ?? "-",
            range.scale.map { "\($0.zeroPoint)" } ?? "-", formatShare(range.saturated),
        ]
    }

    /// All that have rows.
    package var all: [Table] { [layers, values, equalized, floats].filter { !$0.rows.isEmpty } }
}

extension QuantizationReport {
    /// Figures of the whole, each a name and a value.
    package var figures: [(name: String, value: String)] {
        var figures = [
            ("layers in 8 bits", "\(layers.count { $0.reason == nil }) of \(layers.count)"),
            ("multiply-adds in 8 bits", formatShare(integerShare)),
            ("weights", "\(weightBytes.before) B in f32, \(weightBytes.after) B now"),
            ("ranges", "\(method), of \(samples) samples"),
            ("biases", correctsBiases ? "corrected" : "as they were"),
            ("signal to noise", "\(formatDecibels(signalToNoise)) dB of the answer, on \(heldOut) held-out samples"),
        ]
        if let before, let after {
            let title = before.measure.title
            figures.append(
                (
                    "held-out \(title)",
                    "\(formatPoints(100 * before.score)) in f32, \(formatPoints(100 * after.score)) in 8 bits"
                ))
        }
        return figures
    }

    /// The share of multiply-adds that layers in 8 bits have.
    package var integerShare: Double {
        let all = layers.reduce(0) { $0 + $1.multiplyAdds }
        return all == 0 ? 0 : Double(layers.reduce(0) { $0 + ($1.reason == nil ? $1.multiplyAdds : 0) }) / Double(all)
    }

    /// Bytes of the layers' weights, biases left out.
    package var weightBytes: (before: Int, after: Int) {
        (layers.reduce(0) { $0 + 4 * $1.weights }, layers.reduce(0) { $0 + ($1.reason == nil ? 1 : 4) * $1.weights })
    }
}
