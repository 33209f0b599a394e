internal import ApusCompiler
internal import ApusFiles
internal import ApusGraph
internal import ApusONNX
internal import ApusPlan
internal import ApusRuntime
internal import ApusText
internal import ApusWeights

/// Makes the plan of a file: a plan file's own, or that of a model, an ONNX file or a spec, which is compiled. The first bytes say
/// which it is.
struct Opening {
    /// What errors call the file. Where ONNX files have data beside them, it is looked for in this path's folder.
    let name: String
    let options: OpeningOptions

    /// The plan of the file of this name. That of a plan file is mapped.
    func plan() throws(Failure) -> Plan {
        let file: MappedFile?
        do { file = try MappedFile(name) } catch { throw Failure(error) }
        guard let file else {
            // A pipe can't be mapped.
            let bytes: [UInt8]
            do { bytes = try readFile(name) } catch { throw Failure(error) }
            return try plan(of: bytes)
        }
        guard file.withBytes({ PlanFile.isPlanFile($0) }) else {
            return try plan(of: file.withBytes { unsafe $0.withUnsafeBytes { unsafe Array($0) } })
        }
        let plan: Plan
        do { plan = try PlanFile.decode(file) } catch { throw Failure(error, file: name) }
        try check(plan)
        return plan
    }

    /// The plan of a file's bytes.
    func plan(of bytes: [UInt8]) throws(Failure) -> Plan {
        if unsafe PlanFile.isPlanFile(bytes.span.bytes) {
            let plan: Plan
            do { plan = try PlanFile.decode(bytes) } catch { throw Failure(error, file: name) }
            try check(plan)
            return plan
        }
        if ModelFile.isModelFile(bytes) {
            try refuseForModel()
            let model: Model
            do { model = try ModelFile.decode(bytes) } catch { throw Failure(error, file: name) }
            return try compile(model, until: options.until)
        }
        if name.lowercased().hasSuffix(".onnx") || bytes.first == Self.onnxTag {
            // It is cut where it is read, so that it doesn't matter whether what comes later can be taken.
            return try compile(try imported(bytes), until: [])
        }
        return try compile(Model(graph: try parsed(bytes)), until: options.until)
    }

    /// What ONNX files begin with, and no text: the field of the format's version.
    private static let onnxTag: UInt8 = 0x08

    /// Refuses a plan that can't give what is asked.
    private func check(_ plan: Plan) throws(Failure) {
        guard options.compiling.isEmpty else {
            throw .invalidArgument(
                "\(name) is a plan, which is compiled already: \(enumeration(options.compiling)) can't change it; "
                    + "leave that out, or open the model")
        }
        if let target = options.target, target != plan.target {
            throw .invalidArgument(
                "\(name): the plan is for \(plan.target.rawValue); compile the model again for \(target.rawValue)")
        }
        guard plan.stateBytes == 0, !plan.outputs.isEmpty else {
            throw Failure(
                .invalidModel,
                "\(name) is a plan for training, which has no weights; compile a model without --training")
        }
    }

    private func refuseForModel() throws(Failure) {
        guard options.settings.isEmpty else {
            throw .invalidArgument("\(name) is a model, whose sizes are fixed; leave the settings out")
        }
        try refuseOpenBatch("a model")
    }

    private func refuseOpenBatch(_ kind: String) throws(Failure) {
        guard !options.opensBatch else {
            throw .invalidArgument("opens_batch is for ONNX files, and \(name) is \(kind); leave it out")
        }
    }

    private func imported(_ bytes: [UInt8]) throws(Failure) -> Model {
        let file: ONNXFile
        do { file = try ONNXFile(bytes, path: name) } catch { throw Failure(error) }
        let wanted = ImportOptions(opensBatch: options.opensBatch, sizes: options.settings, outputs: options.until)
        do { return try Model(file, options: wanted) } catch {
            throw Failure(error, otherwise: options.opensBatch ? .invalidArgument : .invalidModel)
        }
    }

    private func parsed(_ bytes: [UInt8]) throws(Failure) -> Graph {
        let isText = !bytes.isEmpty && bytes.allSatisfy { $0 >= 0x20 || "\t\n\r".utf8.contains($0) }
        guard isText, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .invalidModel,
                "\(name) is no plan, model, ONNX file or spec, or its start is damaged; compare it with where it came from"
            )
        }
        try refuseOpenBatch("a spec")
        do { return try Graph.parse(text, file: name, settings: options.settings) } catch {
            throw Failure(.invalidModel, "\(name) can't be used:\n\(error)")
        }
    }

    private func compile(_ model: Model, until: [String]) throws(Failure) -> Plan {
        var target = Target.baseline
        if let wanted = options.target {
            target = wanted
        } else {
            do { target = try Processor.preferredTarget() } catch { throw Failure(error) }
        }
        let complete = try WeightCompletion(name: name, options: options).complete(model)
        var lowering = LoweringOptions(
            target: target, batchBound: options.batch, weights: .constant, convolutions: options.convolutions)
        lowering.maximumActivations = options.activationLimit
        do {
            return try Compiler.plan(complete, through: .inference(until: until, batch: options.batch), lowering)
        } catch { throw Failure(error, file: name) }
    }
}
