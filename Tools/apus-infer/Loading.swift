import ApusCompiler
import ApusFiles
import ApusGraph
import ApusPlan
import ApusRuntime

/// The plan of a plan file, or of a model or spec that is compiled here and now.
///
/// - Parameter batch: the samples that should go at once; what is compiled takes as many.
func loadPlan(_ arguments: Arguments, batch: Int) throws(Failure) -> Plan {
    let file = arguments.file
    let bytes = try reporting { () throws(FileError) in try readFile(file) }
    if !PlanFile.isPlanFile(bytes) {
        let model = try loadModel(bytes, arguments)
        let target = try chooseTarget(arguments)
        return try reporting(of: file) { () throws(CompileError) in
            try Compiler.inferencePlan(model, target: target, batchBound: batch, until: arguments.until)
        }
    }
    guard arguments.until.isEmpty else {
        throw Failure("\(file) is a plan, which has no inner values; give --until a model (.apus)")
    }
    let plan = try reporting(of: file) { () throws(PlanFileError) in try PlanFile.decode(bytes) }
    if let target = arguments.target, target != plan.target {
        throw Failure(
            "\(file): the plan is for \(plan.target.rawValue); compile it again with --target \(target.rawValue)")
    }
    guard plan.stateBytes == 0, !plan.outputs.isEmpty else {
        throw Failure("\(file) is a plan for training, which has no weights; compile a model without --training")
    }
    return plan
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
private let greatestRandomWeightCount = 1 << 28

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
        guard count <= greatestRandomWeightCount else {
            throw Failure("\(file): \(count) weights are too many to make up")
        }
        model = model.initialized(seed: 0)
    }
    return model
}
