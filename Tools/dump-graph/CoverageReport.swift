import ApusCommandLine
import ApusGraph
import ApusJSON
import ApusONNX
import ApusToolSupport

/// How much of an ONNX file can be taken, operator by operator.
struct CoverageReport {
    private let coverage: Coverage

    init(_ file: String, _ settings: SettingOptions) throws {
        guard LoadedFile.isONNX(file) else {
            throw UsageError("--coverage is for ONNX files, and the name of \(file) does not end in .onnx")
        }
        let options = ImportOptions(opensBatch: settings.opensBatch, sizes: settings.values)
        do { coverage = try ImportedFile(ONNXFile(contentsOf: file), options: options).coverage } catch {
            throw ToolError(error)
        }
    }

    /// A line for each operator, and under those that can't be taken the reasons.
    var text: String {
        var table = Table([.left, .right, .left])
        table.add("operator", "nodes", "")
        for row in coverage.rows {
            table.add(row.operation, formatCount(row.count), row.reasons.first ?? "is taken")
            for reason in row.reasons.dropFirst() { table.add("", "", reason) }
        }
        return "\(table.text)\n\n\(summary)"
    }

    private var summary: String {
        let nodes = formatCount(coverage.nodeCount)
        guard coverage.affectedCount > 0 || !coverage.failures.isEmpty else { return "All \(nodes) nodes are taken." }
        return "\(formatCount(coverage.affectedCount)) of \(nodes) nodes can't be taken, or read what these would make."
    }

    var json: JSONValue {
        .object([
            .init("nodes", .integer(coverage.nodeCount)),
            .init("affected", .integer(coverage.affectedCount)),
            .init(
                "operators",
                .array(
                    coverage.rows.map { row in
                        .object([
                            .init("operator", .string(row.operation)), .init("nodes", .integer(row.count)),
                            .init("reasons", JSONValue(row.reasons)),
                        ])
                    })),
            .init(
                "failures",
                .array(
                    coverage.failures.map { failure in
                        .object([
                            .init("node", .string(failure.node)), .init("operator", .string(failure.operation)),
                            .init("reason", .string(failure.reason)),
                        ])
                    })),
        ])
    }
}
