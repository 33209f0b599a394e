import ApusCommandLine
import ApusCompiler
import ApusFiles
import ApusGraph
import ApusJSON
import ApusPlan
import ApusReport
import ApusToolSupport
import ArgumentParser
import Glibc

@main
struct DumpGraph: Tool {
    static let configuration = CommandConfiguration(
        commandName: "dump-graph",
        abstract:
            "Shows a spec, a model file, an ONNX file or a plan: its graph, at any stage of the compiler, and its memory.",
        discussion: """
            Without --after a graph is shown as it was written, with every type filled in; with --training it is the \
            graph of a training step. The text is the language itself, and can be read back as a spec. A plan is shown \
            as its instructions.
            """,
        version: "dump-graph \(apusVersion)")

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, table, dot, json
    }

    @Argument(help: "A spec, a model file, an ONNX file or a plan.")
    var file: String?

    @Option(help: ArgumentHelp("Stop the compiler after this pass; --list-passes names them.", valueName: "pass"))
    var after: String?

    @Flag(help: "Take the passes of a training step: forward, loss, backward.")
    var training = false

    @Option(help: "The largest batch that the plan takes, and the one of a graph that mixes samples.")
    var batch = 1

    @Option(
        help: ArgumentHelp(
            "text: the language. table: a line for each operator, with the numbers' origin. dot: for Graphviz. json."))
    var format: Format?

    @Flag(help: "Draw the activation arena over time in place of the graph.")
    var memory = false

    @Option(help: ArgumentHelp("Draw the activation arena as an image for browsers.", valueName: "X.svg"))
    var svg: String?

    @Option(
        help: ArgumentHelp(
            "Write the graph as a page for browsers, which can be searched, in place of showing it.",
            valueName: "X.html"))
    var html: String?

    @Flag(help: "Check the graph after each pass, or a plan's instructions and buffers.")
    var verify = false

    @Flag(help: "Say which operators an ONNX file has, how many of each, and which can't be taken and why.")
    var coverage = false

    @Flag(help: "List the sections of a plan, a model file or a checkpoint, and whether their checksums are right.")
    var sections = false

    @Flag(help: "Print JSON, for programs: the same as --format json.")
    var json = false

    @Flag(help: "Name the passes in their order and end.")
    var listPasses = false

    @OptionGroup var settings: SettingOptions
    @OptionGroup var targets: TargetOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var memoryLimit: MemoryOptions

    func validate() throws {
        guard file != nil || listPasses else {
            throw ValidationError("name a spec, a model file, an ONNX file or a plan")
        }
        guard batch >= 1 else { throw ValidationError("--batch \(batch) is no number of samples; give 1 or more") }
        guard !json || format == nil else {
            throw ValidationError("--json and --format don't go together; leave one of them out")
        }
        guard !coverage || (format ?? .table) == .table || format == .json else {
            throw ValidationError("--coverage is a table; leave --format out, or give --format json")
        }
        guard !sections || (format ?? .table) == .table || format == .json else {
            throw ValidationError("--sections is a table; leave --format out, or give --format json")
        }
        guard html == nil || (shownFormat == nil && !memory && svg == nil && !coverage && !sections) else {
            throw ValidationError(
                "--html shows a graph, in place of --format, --memory, --svg, --coverage and --sections")
        }
        guard !memory || shownFormat == nil else {
            throw ValidationError("--memory is drawn as text, and with --svg as an image; leave --format out")
        }
        if let after, !pipeline.names.contains(after) {
            let near = nearName(to: after, among: pipeline.names).map { "did you mean \($0)?" }
            throw ValidationError(
                "there is no pass '\(after)'\(training ? " with --training" : ""); "
                    + (near ?? "choose one of \(pipeline.names.joined(separator: ", "))"))
        }
    }

    private var pipeline: Pipeline { training ? .training() : .inference(batch: batch) }

    func run() throws {
        if listPasses {
            try printResult(pipeline.names.joined(separator: "\n"))
            return
        }
        guard let file else { return }
        if sections {
            let listing = try SectionListing(file)
            try printResult(shownFormat == .json ? listing.json.pretty : listing.text)
            try listing.check()
            return
        }
        if coverage {
            let report = try CoverageReport(file, settings)
            try printResult(shownFormat == .json ? report.json.pretty : report.text)
            return
        }
        switch try LoadedFile.load(file, settings: settings.values, opensBatch: settings.opensBatch) {
        case .spec(let graph): try show(Model(graph: graph), file)
        case .model(let model): try show(model, file)
        case .plan(let plan): try show(plan, file)
        }
    }

    private var shownFormat: Format? { json ? .json : format }
    private var wantsMemory: Bool { memory || svg != nil }

    private func show(_ model: Model, _ file: String) throws {
        if wantsMemory {
            try draw(try compile(model, file))
            return
        }
        var shown = model
        if after != nil || training {
            do { shown = try pipeline.run(model, stoppingAfter: after, verify: verify) } catch {
                throw ToolError(error, file: file)
            }
        } else if verify {
            do { try Verifier.verify(model.graph) } catch { throw ToolError(error, file: file) }
        }
        if let html {
            let layers = try Layers(shown.graph, file: file)
            let page = GraphPage(shown.graph, layers: layers, subtitle: pageSubtitle(file)).page
            do { try writeFile(Array(page.text.utf8), to: html) } catch { throw ToolError(error) }
            return
        }
        switch shownFormat ?? .text {
        case .text: try printResult(GraphText(shown.graph, terminal: Terminal(descriptor: STDOUT_FILENO)).text)
        case .table: try printResult(try LayerTable(shown.graph, file: file).text)
        case .dot: try printResult(try GraphDrawing(shown.graph, file: file).text)
        case .json: try printResult(try GraphRecord(shown, file: file).value.pretty)
        }
    }

    /// What of the compiler's way the page shows.
    private func pageSubtitle(_ file: String) -> String {
        let passes = after.map { ", after \($0)" } ?? ""
        return file + (training ? ", a training step" : "") + passes
    }

    private func show(_ plan: Plan, _ file: String) throws {
        guard html == nil else { throw UsageError("\(file) is a plan, which has no graph: --html takes its model") }
        guard after == nil, !training else {
            throw UsageError("\(file) is a plan, which the passes lie behind: --after and --training take its model")
        }
        if verify {
            do {
                try plan.verify()
                try plan.verifyBuffers()
            } catch { throw ToolError(error, file: file) }
        }
        if wantsMemory {
            try draw(plan)
            return
        }
        switch shownFormat ?? .text {
        case .text: try printResult(PlanText(plan).text)
        case .table: try printResult(PlanText(plan).table)
        case .json: try printResult(PlanRecord(plan).value.pretty)
        case .dot: throw UsageError("\(file) is a plan, which has no graph to draw; give --format text, table or json")
        }
    }

    /// The plan whose memory is drawn: that of the passes up to `--after`, with initial weights where there are none.
    private func compile(_ model: Model, _ file: String) throws -> Plan {
        let complete = try explicitModel(model, file: file).initialized(seed: 0)
        var options = LoweringOptions(
            target: try targets.target(), batchBound: batch, convolutions: targets.convolutions,
            compute: compute.precision)
        if training {
            options.weights = .state
            options.optimizer = .adam()
        }
        let ready: Model
        do { ready = try pipeline.run(complete, stoppingAfter: after, verify: verify) } catch {
            throw ToolError(error, file: file)
        }
        do { return try Compiler.lower(ready, options) } catch { throw ToolError(error, file: file) }
    }

    private func draw(_ plan: Plan) throws(ToolError) {
        let drawing = MemoryDrawing(plan)
        if memory {
            let terminal = Terminal(descriptor: STDOUT_FILENO)
            // The scale of offsets stands beside the image.
            try printResult(drawing.text(width: max(40, min(terminal.width - 12, 160))))
        }
        if let svg {
            do { try writeFile(Array(drawing.svg().utf8), to: svg) } catch { throw ToolError(error) }
        }
    }
}
