internal import ApusCompiler
internal import ApusFiles
internal import ApusGraph
internal import ApusONNX
internal import ApusText
internal import ApusWeights

/// Gives a model the weights that it lacks: from a file, or made-up ones.
struct WeightCompletion {
    /// What errors call the model.
    let name: String
    let options: OpeningOptions

    /// Weights that are made up must fit into memory: 1 GiB. A spec of a few lines can ask for more.
    private static let madeUpLimit = 1 << 28

    /// - Throws: where parameters stay without weights.
    func complete(_ model: Model) throws(Failure) -> Model {
        var model = try explicit(model, of: name)
        if let path = options.weights { model = try taking(from: path, into: model) }
        if options.makesWeights {
            // Each is below 2³¹ elements, so that no sum overflows.
            let count = missing(in: model).reduce(0) { $0 + $1.elements }
            guard count <= Self.madeUpLimit else {
                throw Failure(.unsupportedModel, "\(name): \(count) weights are too many to make up; make it smaller")
            }
            model = model.initialized(seed: 0)
        }
        let names = missing(in: model).map(\.name)
        guard names.isEmpty else {
            throw Failure(
                .unsupportedModel,
                "\(name) has no weights for \(Self.list(names)); name a file with weights, or ask for random ones")
        }
        return model
    }

    private func explicit(_ model: Model, of file: String) throws(Failure) -> Model {
        do { return try Pipeline([ExplicitParameters()]).run(model) } catch {
            throw Failure(CompileError.pass(error), file: file)
        }
    }

    private func missing(in model: Model) -> [(name: String, elements: Int)] {
        model.graph.parameters.compactMap { parameter in
            let value = model.graph[parameter.value]
            return model.weights[value.name] == nil ? (value.name, value.type.sampleElements ?? 0) : nil
        }
    }

    private func taking(from path: String, into model: Model) throws(Failure) -> Model {
        let transfer = WeightTransfer(try tensors(of: path), into: model)
        if let mismatch = transfer.mismatched.first {
            throw Failure(
                .unsupportedModel,
                "\(path): '\(mismatch.name)' is \(mismatch.found) there, and \(mismatch.shape) in \(name); "
                    + "give weights of this network")
        }
        guard !transfer.matched.isEmpty || transfer.missingThere.isEmpty else {
            throw Failure(
                .unsupportedModel,
                "\(path) has none of the parameters of \(name), which are \(Self.list(transfer.missingThere)); "
                    + "compare the names")
        }
        return transfer.model
    }

    /// What a file has, by the end of its name: safetensors, ONNX, or a model.
    private func tensors(of path: String) throws(Failure) -> [StoredTensor] {
        let ending = path.lowercased()
        if ending.hasSuffix(".onnx") {
            do throws(ONNXError) {
                return try ONNXFile(contentsOf: path).weights().map {
                    StoredTensor(name: $0.name, shape: $0.shape, weights: $0.elements)
                }
            } catch { throw Failure(error) }
        }
        let bytes: [UInt8]
        do { bytes = try readFile(path) } catch { throw Failure(error) }
        if ending.hasSuffix(".safetensors") {
            do { return try SafetensorsFile(bytes).tensors } catch { throw Failure(error, file: path) }
        }
        let stored: Model
        do { stored = try ModelFile.decode(bytes) } catch { throw Failure(error, file: path) }
        let model = try explicit(stored, of: path)
        return model.graph.parameters.compactMap { parameter in
            let value = model.graph[parameter.value]
            return model.weights[value.name].map {
                StoredTensor(name: value.name, shape: value.type.shape ?? [], weights: $0)
            }
        }
    }

    /// Names for an error, of which the first ones say enough.
    private static func list(_ names: [String]) -> String {
        let shown = 4
        let first = names.prefix(shown).map { "'\(printable($0))'" }
        return names.count > shown
            ? "\(first.joined(separator: ", ")) and \(names.count - shown) more" : enumeration(first)
    }
}
