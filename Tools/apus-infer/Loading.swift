import ApusCompiler
import ApusFiles
import ApusGraph
import ApusPlan
import ApusRuntime

/// Maps a plan file, or compiles a model or spec here and now, or has an ONNX file compiled.
///
/// - Parameter batch: the samples that should go at once; what is compiled takes as many.
func loadPlan(_ arguments: Arguments, batch: Int) throws(Failure) -> Plan {
    MappedFile.catchShortening()
    if arguments.isONNX { return try ForeignModel(arguments).plan(batch: batch) }
    let path = arguments.file
    guard let file = try reporting({ () throws(FileError) in try MappedFile(path) }) else {
        // A pipe can't be mapped.
        let bytes = try reporting { () throws(FileError) in try readFile(path) }
        return try compile(bytes, arguments, batch: batch)
    }
    guard file.withBytes({ PlanFile.isPlanFile($0) }) else {
        let bytes = file.withBytes { unsafe $0.withUnsafeBytes { unsafe Array($0) } }
        return try compile(bytes, arguments, batch: batch)
    }
    let plan = try reporting(of: path) { () throws(PlanFileError) in try PlanFile.decode(file) }
    try check(plan, arguments)
    return plan
}

/// Refuses a plan that can't give what is asked.
private func check(_ plan: Plan, _ arguments: Arguments) throws(Failure) {
    guard arguments.until.isEmpty else {
        throw Failure("\(arguments.file) is a plan, which has no inner values; give --until a model (.apus)")
    }
    guard Processor.targets.contains(plan.target) else {
        let error = SessionError.wrongTarget(plan: plan.target, processor: Processor.targets[0])
        throw Failure("\(arguments.file): \(error)")
    }
    if let target = arguments.target, target != plan.target {
        throw Failure(
            "\(arguments.file): the plan is for \(plan.target.rawValue); "
                + "compile it again with --target \(target.rawValue)")
    }
    guard arguments.convolutions == .exact else {
        throw Failure(
            "\(arguments.file): the plan says how its convolutions are computed; "
                + "give --direct and --allow-approximate to apus-compile")
    }
    guard arguments.compute == .f32 else {
        throw Failure("\(arguments.file): the plan says in which numbers it computes; give --compute to apus-compile")
    }
    guard plan.stateBytes == 0, !plan.outputs.isEmpty else {
        throw Failure(
            "\(arguments.file) is a plan for training, which has no weights; compile a model without --training")
    }
}

private func compile(_ bytes: [UInt8], _ arguments: Arguments, batch: Int) throws(Failure) -> Plan {
    let model = try loadModel(bytes, arguments)
    let target = try chooseTarget(arguments)
    return try reporting(of: arguments.file) { () throws(CompileError) in
        try Compiler.inferencePlan(
            model, target: target, batchBound: batch, until: arguments.until, convolutions: arguments.convolutions,
            compute: arguments.compute)
    }
}

/// The target that is asked for, if this processor runs it, or the preferred one.
private func chooseTarget(_ arguments: Arguments) throws(Failure) -> Target {
    guard let target = arguments.target else {
        return try reporting { () throws(SessionError) in try Processor.preferredTarget() }
    }
    guard Processor.targets.contains(target) else {
        let known = Processor.targets.map(\.rawValue)
        throw Failure("this processor doesn't run \(target.rawValue); choose one of \(known.joined(separator: ", "))")
    }
    return target
}

/// Weights that are made up for a spec must fit into memory: 1 GiB.
private var maximumRandomWeightCount: Int { min(1 << 28, MemoryLimit.bytes / 4) }

private func loadModel(_ bytes: [UInt8], _ arguments: Arguments) throws(Failure) -> Model {
    let file = arguments.file
    var model: Model
    if ModelFile.isModelFile(bytes) {
        model = try reporting(of: file) { () throws(ModelFileError) in try ModelFile.decode(bytes) }
    } else {
        guard !bytes.isEmpty, !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure("\(file) is neither a model (.apus) nor a plan (.plan); export or compile it again")
        }
        guard arguments.hasRandomWeights else {
            throw Failure(
                "\(file) is neither a model (.apus) nor a plan (.plan); if it is a spec, train it with apus-train "
                    + "and export it with apus-export first, or time it with --random-weights")
        }
        do {
            model = Model(graph: try Graph.parse(text, file: file))
        } catch {
            throw Failure("the spec is wrong\n\(error)")
        }
    }
    if arguments.hasRandomWeights {
        // Only then have a spec's layers names for their weights.
        model = try reporting(of: file) { () throws(PassError) in try Pipeline([ExplicitParameters()]).run(model) }
        var count = 0
        for parameter in model.graph.parameters { count += model.graph[parameter.value].type.sampleElements ?? 0 }
        guard count <= maximumRandomWeightCount else {
            throw Failure("\(file): \(count) weights are too many to make up")
        }
        model = model.initialized(seed: 0)
    }
    return model
}
