import ApusCompiler
import ApusFiles
import ApusGraph
import ApusInstructions
import ApusJSON
import ApusPlan
import ApusRuntime
import ApusToolSupport
import ArgumentParser

@main
struct ApusCompile: Tool {
    static let configuration = CommandConfiguration(
        commandName: "apus-compile",
        abstract: "Makes the plan of a model for one target, and says what memory it needs.",
        discussion: """
            Sizes are those of one worker's arena. 'Optimal' means proven: no smaller arena can hold the plan's buffers.
            A spec has no weights: its plan answers with initial ones. To see sizes alone, leave the plan's file out.
            """,
        version: "apus-compile \(apusVersion)")

    @Argument(help: "A spec, a model file or an ONNX file.")
    var model: String

    @Option(name: [.short, .long], help: ArgumentHelp("The plan's file.", valueName: "X.plan"))
    var output: String?

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Compute this value in place of the outputs; may be repeated.", valueName: "value"))
    var until: [String] = []

    @Option(help: "The largest batch that the plan takes.", transform: integer(in: 1...1_000_000))
    var batch = 1

    @Option(
        help: "Samples that go through the instructions at once (default: the compiler chooses).",
        transform: integer(in: 1...1_000_000))
    var microBatch: Int?

    @Option(
        help: ArgumentHelp(
            "Where the activations would need more memory than this, 32K or 1.5M, take slower algorithms, and in a training step compute values again in place of keeping them.",
            valueName: "bytes"),
        transform: byteCount)
    var maxActivations: Int?

    @Flag(help: "Report on a training step too: forward, loss, backward, and Adam.")
    var training = false

    @Flag(help: "Check the graph after each pass, the memory of the plan, and the plan's file.")
    var verify = false

    @Flag(help: "Say of each pass of the compiler what it changed.")
    var explain = false

    @Option(
        help: ArgumentHelp(
            "With --explain: what threads that share a sample are expected to take, up to so many.", valueName: "count"),
        transform: integer(in: 1...1024))
    var threads: Int?

    @Flag(help: "Measure the convolutions' tiles on this processor, and keep the fastest in the plan.")
    var tune = false

    @Option(
        help: ArgumentHelp("Seconds that --tune takes at most (default: 5).", valueName: "seconds"),
        transform: integer(in: 1...3600))
    var tuneSeconds: Int?

    @OptionGroup var settings: SettingOptions
    @OptionGroup var targets: TargetOptions
    @OptionGroup var compute: ComputeOptions
    @OptionGroup var memoryLimit: MemoryOptions
    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard tuneSeconds == nil || tune else {
            throw ValidationError("--tune-seconds says how long --tune may take; give both or neither")
        }
        guard threads == nil || explain else {
            throw ValidationError("--threads says for how many threads --explain estimates times; give both or neither")
        }
    }

    func run() throws {
        let source = try load()
        var options = LoweringOptions(
            target: try targets.target(), batchBound: batch, microBatch: microBatch,
            convolutions: targets.convolutions, compute: compute.precision)
        options.maximumActivations = maxActivations
        var inference = try compile(source.model, through: pipeline(options), options)
        let tuner = try tuned(&inference, source.model, options)
        let step = try training ? compileTraining(source.model, options) : nil
        let plan = inference.plan
        let changes = try explain ? self.changes(source.model, pipeline(options)) : []
        let sharing = try threads.map { try SharingReport(plan, threads: $0) }
        let curve = try explain ? curve(source.model, through: pipeline(options), options) : nil
        let stepCurve =
            try explain && training ? self.curve(source.model, through: .training(), trainingOptions(options)) : nil
        let fileBytes = PlanFile.size(of: plan)
        if verify { try check(plan) }
        // Only now, when nothing else can fail, is a file touched.
        if let output { try write(plan, to: output) }

        if report.json {
            var members = inference.members
            members.append(.init("weights", .string(source.isInitial ? "initial" : "trained")))
            members.append(.init("file_bytes", .integer(fileBytes)))
            if verify { members.append(.init("verified", true)) }
            if let tuner { members.append(.init("tuned", .array(tuner.measurements.map(\.member)))) }
            if let step {
                let curve = stepCurve.map { [JSONValue.Member("activations", $0.value)] } ?? []
                members.append(.init("training", .object(step.members + curve)))
            }
            if explain { members.append(.init("passes", .array(changes.map(\.value)))) }
            if let sharing { members.append(.init("threads", sharing.value)) }
            if let curve { members.append(.init("activations", curve.value)) }
            try printResult(JSONValue.object(members).pretty)
        } else {
            let report = text(inference, step, source.isInitial, tuner, fileBytes: fileBytes)
            let explained =
                explain
                ? [table(of: changes).text]
                    + [
                        curve?.table("activations").text, stepCurve?.table("activations in training").text,
                        sharing?.text,
                    ].compactMap { $0 } : []
            try printResult((explained + [report]).joined(separator: "\n\n"))
        }
    }

    /// The model with all its weights, and whether some of them are initial ones.
    private func load() throws -> (model: Model, isInitial: Bool) {
        let given: Model
        let file = try LoadedFile.load(
            model, settings: settings.values, opensBatch: settings.opensBatch, outputs: until)
        switch file {
        case .spec(let graph): given = Model(graph: graph)
        case .model(let model): given = model
        case .plan:
            throw ToolError("\(model) is a plan already; give the spec or the model file that it was made from")
        }
        let explicit = try explicitModel(given, file: model)
        let complete = explicit.initialized(seed: 0)
        return (complete, complete.weights.count > explicit.weights.count)
    }

    /// What the model goes through. An ONNX file is cut where it is read.
    private func pipeline(_ options: LoweringOptions) -> Pipeline {
        .inference(until: LoadedFile.isONNX(model) ? [] : until, batch: options.batchBound)
    }

    /// The plan, and how long it took to make.
    private func compile(
        _ given: Model, through pipeline: Pipeline, _ options: LoweringOptions
    ) throws(ToolError) -> PlanReport {
        let began = ContinuousClock.now
        let ready: Model
        do { ready = try pipeline.run(given, verify: verify) } catch { throw ToolError(error, file: model) }
        let plan: Plan
        do { plan = try Compiler.lower(ready, options) } catch { throw ToolError(error, file: model) }
        return PlanReport(plan, compiledIn: ContinuousClock.now - began)
    }

    /// What the plan would take with less memory.
    private func curve(
        _ given: Model, through pipeline: Pipeline, _ options: LoweringOptions
    ) throws(ToolError) -> ActivationCurve {
        let ready: Model
        do { ready = try pipeline.run(given) } catch { throw ToolError(error, file: model) }
        do { return try ActivationCurve(ready, options) } catch { throw ToolError(error, file: model) }
    }

    private func changes(_ given: Model, _ pipeline: Pipeline) throws(ToolError) -> [PassChange] {
        do { return try pipeline.changes(of: given) } catch { throw ToolError(error, file: model) }
    }

    /// A line for each pass.
    private func table(of changes: [PassChange]) -> Table {
        var table = Table([.left, .right, .left])
        table.add("pass", "nodes", "what it did")
        for change in changes { table.add(change.pass, "\(change.nodes)", change.text) }
        return table
    }

    /// Under `--tune`, puts the fastest tiles into the plan; where the compiler took Winograd's algorithm, the plan without
    /// it is measured too, and the faster one stays.
    private func tuned(_ report: inout PlanReport, _ given: Model, _ options: LoweringOptions) throws -> Tuner? {
        guard tune else { return nil }
        guard Processor.targets.contains(report.plan.target) else {
            throw ToolError(
                "--tune measures on this processor, which can't run \(report.plan.target.rawValue); tune on one that can, or give "
                    + "--target \(Processor.targets[0].rawValue)")
        }
        var plans = [report.plan]
        if report.plan.body.contains(where: { $0.opcode == .winogradConvolution }) {
            var direct = options
            direct.convolutions = .direct
            plans.append(try compile(given, through: pipeline(direct), direct).plan)
        }
        var tuner = Tuner(seconds: tuneSeconds ?? 5)
        do { report.plan = try tuner.fastest(plans) } catch { throw ToolError(error) }
        return tuner
    }

    private func compileTraining(_ given: Model, _ options: LoweringOptions) throws(ToolError) -> PlanReport {
        let report = try compile(given, through: .training(), trainingOptions(options))
        if verify { try check(report.plan) }
        return report
    }

    private func trainingOptions(_ options: LoweringOptions) -> LoweringOptions {
        var options = options
        options.weights = .state
        options.compute = .f32
        options.optimizer = .adam()
        return options
    }

    /// Reads the plan back from its file's bytes, which proves that every instruction stays inside of its arenas, and has
    /// the validator look at the arena.
    private func check(_ plan: Plan) throws(ToolError) {
        let readBack: Plan
        do { readBack = try PlanFile.decode(PlanFile.encode(plan)) } catch {
            throw ToolError("\(model): the plan is wrong: \(error); please report this")
        }
        guard readBack == plan else {
            throw ToolError("\(model): the plan's file does not give the plan back; please report this")
        }
        let memory = MemoryPlan(
            offsets: plan.buffers.map(\.offset), size: plan.activationBytes, lowerBound: plan.activationBound,
            isOptimal: plan.isOptimal, searchNodes: 0)
        let requests = plan.buffers.map { BufferRequest(size: $0.size, firstUse: $0.firstUse, lastUse: $0.lastUse) }
        if let violation = memory.violations(of: requests).first {
            throw ToolError("\(model): the plan's memory is wrong: \(violation); please report this")
        }
    }

    private func write(_ plan: Plan, to path: String) throws(ToolError) {
        do { try PlanFile.write(plan, to: path) } catch { throw ToolError(error) }
    }

    private func text(
        _ inference: PlanReport, _ step: PlanReport?, _ isInitial: Bool, _ tuner: Tuner?, fileBytes: Int
    ) -> String {
        var parts = [inference.title, inference.table(heading: "inference").text]
        if let step { parts.append(step.table(heading: "training step").text) }
        var notes: [String] = []
        if verify { notes.append("Verified: the graph after each pass, the memory, and the plan's file.") }
        if let tuner { notes.append(tuner.summary) }
        if isInitial { notes.append("The weights are initial ones: \(model) is not trained.") }
        if let output { notes.append("\(output): \(describeBytes(fileBytes))") }
        if !notes.isEmpty { parts.append(notes.joined(separator: "\n")) }
        return parts.joined(separator: "\n\n")
    }
}

extension PassChange {
    fileprivate var value: JSONValue {
        func counts(_ list: [Count]) -> JSONValue { .object(list.map { .init($0.operation, .integer($0.count)) }) }
        return .object([
            .init("pass", .string(pass)), .init("nodes", .integer(nodes)), .init("parameters", .integer(parameters)),
            .init("constants", .integer(constants)), .init("removed", counts(removed)), .init("added", counts(added)),
        ])
    }
}
