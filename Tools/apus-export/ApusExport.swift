import ApusCommandLine
import ApusCompiler
import ApusFiles
import ApusGraph
import ApusJSON
import ApusToolSupport
import ArgumentParser

@main
struct ApusExport: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-export",
        abstract: "Makes the compact model file: graph, parameters, labels, and how an input is prepared.",
        discussion: """
            What only training needs is left out, and batch norms are folded into the layers before them. The file can \
            be used on any processor; apus-compile makes a plan of it.
            """,
        version: "apus-export \(apusVersion)")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case f32, f16

        var weights: ModelFile.WeightFormat { self == .f32 ? .f32 : .f16 }
    }

    @Argument(
        help: ArgumentHelp("A folder that apus-train wrote, a model file, or an ONNX file.", valueName: "run|model"))
    var model: String

    @Option(name: [.short, .long], help: ArgumentHelp("The compact file.", valueName: "X.apus"))
    var output: String

    @Option(help: "How weights are stored: in single or in half precision.")
    var weights = Format.f32

    @OptionGroup var settings: SettingOptions
    @OptionGroup var report: ReportOptions

    func run() throws {
        let trained = try loadModel(model, settings: settings.values, opensBatch: settings.opensBatch)
        let compact = try Export(trained, name: model)
        let file = try compact.encoded(weights.weights)
        let rounding = try compact.rounding(in: file)
        do { try writeFile(file, to: output) } catch { throw ToolError(error) }

        if report.json {
            try printResult(
                JSONValue.object([
                    .init("model", .string(compact.model.graph.name)),
                    .init("parameters", .integer(compact.elements)),
                    .init("tensors", .integer(compact.model.graph.parameters.count)),
                    .init("folded_batch_norms", .integer(compact.foldedBatchNorms)),
                    .init("weights", .string(weights.rawValue)),
                    .init("file_bytes", .integer(file.count)),
                    .init("labels", JSONValue(compact.model.labels)),
                    .init("rounding_error", .number(rounding.error)),
                    .init("rounding_error_parameter", rounding.parameter.map { .string($0) } ?? .null),
                ]).pretty)
        } else {
            try printResult(text(compact, rounding, bytes: file.count))
        }
    }

    private func text(_ compact: Export, _ rounding: Export.Rounding, bytes: Int) -> String {
        var table = Table([.left, .left])
        table.add("model", compact.model.graph.name)
        table.add(
            "parameters",
            "\(formatCount(compact.elements)) in \(compact.model.graph.parameters.count) tensors, as \(weights)"
        )
        if compact.foldedBatchNorms > 0 { table.add("folded", "\(compact.foldedBatchNorms) batch norms") }
        if weights == .f16 {
            let place = rounding.parameter.map { " in \($0)" } ?? ""
            table.add("rounding", "\(Float(rounding.error)) at most\(place)")
        }
        table.add("labels", compact.model.labels.isEmpty ? "none" : compact.model.labels.joined(separator: ", "))
        table.add(
            "preparation",
            compact.model.preparation.isEmpty
                ? "none" : compact.model.preparation.map { "\($0.name) \($0.value)" }.joined(separator: ", "))
        table.add(output, describeBytes(bytes))
        return table.text
    }
}
