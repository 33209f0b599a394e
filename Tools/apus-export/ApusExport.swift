import ApusCommandLine
import ApusExecutable
import ApusFiles
import ApusGraph
import ApusJSON
import ApusToolSupport
import ArgumentParser

@main
struct ApusExport: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-export",
        abstract: "Makes the compact model file, a file for other tools, or a program that needs nothing else.",
        discussion: """
            A model file holds graph, parameters, labels, and how an input is prepared. What only training needs is left out, \
            and batch norms are folded into the layers before them. The file can be used on any processor; apus-compile \
            makes a plan of it.

            An ONNX file holds the same, with labels and preparation as metadata. A safetensors file holds the parameters \
            alone, all of them, as they are trained.

            A standalone program is one static file for any Linux on the target's processors. It carries the plan, and answers \
            images, arrays and raw samples as apus-infer does.
            """,
        version: "apus-export \(apusVersion)")

    @Argument(
        help: ArgumentHelp(
            "A folder that apus-train wrote, a model file, or an ONNX file; with --standalone a plan too.",
            valueName: "run|model"))
    var model: String

    @Option(name: [.short, .long], help: ArgumentHelp("The file to write.", valueName: "X.apus"))
    var output: String?

    @Option(help: ArgumentHelp("The program to write, in place of a file.", valueName: "program"))
    var standalone: String?

    @Flag(help: "With --standalone: the smallest program, raw samples in and raw answers out.")
    var minimal = false

    @Option(help: "What is written; by default what the end of the file's name says, or a model file.")
    var format: FileFormat?

    @Option(help: "How weights are stored: in single or in half precision, which ONNX files have not.")
    var weights = WeightType.f32

    @OptionGroup var settings: SettingOptions
    @OptionGroup var targets: TargetOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var memoryLimit: MemoryOptions

    func validate() throws {
        guard output != nil || standalone != nil else {
            throw ValidationError("name what to write: a file with --output, or a program with --standalone")
        }
        guard output == nil || standalone == nil else {
            throw ValidationError("--output and --standalone don't go together; leave one of them out")
        }
        guard standalone != nil || !minimal && !targets.areGiven else {
            throw ValidationError(
                "--minimal, --target, --direct and --allow-approximate are for a program; give --standalone too")
        }
        guard standalone == nil || format == nil && weights == .f32 else {
            throw ValidationError("--format and --weights are for files; leave them out with --standalone")
        }
        if kind == .onnx, weights == .f16 {
            throw ValidationError("weights in ONNX files are f32; leave --weights out, or write another --format")
        }
    }

    func run() throws {
        if let standalone {
            let file = try LoadedFile.load(model, settings: settings.values, opensBatch: settings.opensBatch)
            let export = try StandaloneExport(file, name: model, targets: targets, form: minimal ? .minimal : .full)
            return try export.write(to: standalone, report)
        }
        if let output { try exportFile(to: output) }
    }

    private func exportFile(to output: String) throws {
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
            try printResult(text(compact, file, rounding, output))
        }
    }

    private var kind: FileFormat { format ?? FileFormat(path: output ?? "") }

    private func text(_ compact: Export, _ file: ExportedFile, _ rounding: Export.Rounding, _ output: String) -> String
    {
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
