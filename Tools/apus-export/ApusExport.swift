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
        abstract: "Makes the compact model file, or a file for other tools: ONNX or safetensors.",
        discussion: """
            A model file holds graph, parameters, labels, and how an input is prepared. What only training needs is left out, \
            and batch norms are folded into the layers before them. The file can be used on any processor; apus-compile \
            makes a plan of it.

            An ONNX file holds the same, with labels and preparation as metadata. A safetensors file holds the parameters \
            alone, all of them, as they are trained.
            """,
        version: "apus-export \(apusVersion)")

    @Argument(
        help: ArgumentHelp("A folder that apus-train wrote, a model file, or an ONNX file.", valueName: "run|model"))
    var model: String

    @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "X.apus"))
    var output: String

    @Option(help: "What is written; by default what the end of the file's name says, or a model file.")
    var format: FileFormat?

    @Option(help: "How weights are stored: in single or in half precision, which ONNX files have not.")
    var weights = WeightType.f32

    @OptionGroup var settings: SettingOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var memoryLimit: MemoryOptions

    func validate() throws {
        if kind == .onnx, weights == .f16 {
            throw ValidationError("weights in ONNX files are f32; leave --weights out, or write another --format")
        }
    }

    func run() throws {
        let trained = try loadModel(model, settings: settings.values, opensBatch: settings.opensBatch)
        let compact = try Export(trained, name: model, folds: kind.isFolded)
        let file = try ExportedFile(compact.model, kind, weights, file: model)
        let rounding = compact.rounding(file.weights)
        do { try writeFile(file.bytes, to: output) } catch { throw ToolError(error) }

        if report.json {
            try printResult(
                JSONValue.object([
                    .init("model", .string(compact.model.graph.name)),
                    .init("parameters", .integer(compact.elements)),
                    .init("tensors", .integer(compact.model.graph.parameters.count)),
                    .init("folded_batch_norms", .integer(compact.foldedBatchNorms)),
                    .init("format", .string(kind.rawValue)),
                    .init("operator_set", file.operatorSet.map { .integer($0) } ?? .null),
                    .init("weights", .string(weights.rawValue)),
                    .init("file_bytes", .integer(file.bytes.count)),
                    .init("labels", JSONValue(compact.model.labels)),
                    .init("rounding_error", .number(rounding.error)),
                    .init("rounding_error_parameter", rounding.parameter.map { .string($0) } ?? .null),
                ]).pretty)
        } else {
            try printResult(text(compact, file, rounding))
        }
    }

    private var kind: FileFormat { format ?? FileFormat(path: output) }

    private func text(_ compact: Export, _ file: ExportedFile, _ rounding: Export.Rounding) -> String {
        var table = Table([.left, .left])
        table.add("model", compact.model.graph.name)
        table.add(
            "parameters",
            "\(formatCount(compact.elements)) in \(compact.model.graph.parameters.count) tensors, as \(weights)"
        )
        if let version = file.operatorSet { table.add("ONNX", "operators of version \(version)") }
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
        table.add(output, describeBytes(file.bytes.count))
        return table.text
    }
}
