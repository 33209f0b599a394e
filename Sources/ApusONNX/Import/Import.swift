public import ApusGraph
import ONNXSchema

extension Model {
    /// The model of an ONNX file: its network, weights, and what Apus itself noted in it.
    ///
    /// - Throws: ``ONNXError``, which lists every node that can't be taken.
    public init(_ file: ONNXFile, options: ImportOptions = ImportOptions()) throws(ONNXError) {
        let imported = try ImportedFile(file, options: options)
        guard imported.coverage.failures.isEmpty else { throw imported.coverage.error(path: file.path) }
        self = imported.model
    }
}

/// What came of an import: the model as far as it goes, and what of the file is in it.
public struct ImportedFile: Sendable {
    public let model: Model
    public let coverage: Coverage

    /// - Throws: ``ONNXError`` where the file as a whole is wrong. What is wrong with its nodes is in the coverage.
    public init(_ file: ONNXFile, options: ImportOptions = ImportOptions()) throws(ONNXError) {
        let whole = file.message.graph
        let graph = options.outputs.isEmpty ? whole : try whole.cut(at: options.outputs, path: file.path)
        let name = graph.name.isEmpty ? "model" : graph.name
        try options.check(graph, path: file.path)
        var importer = Importer(
            file.message,
            state: ImportState(name: name, folder: DataFolder(of: file.path), byteCount: file.byteCount))
        importer.state.opensBatch = options.opensBatch
        importer.bind(graph.initializer, graph.sparseInitializer)
        do throws(NodeFailure) {
            try importer.addInputs(of: graph, options)
            try importer.take(graph.node)
            try importer.addOutputs(of: graph)
            importer.refuseEmptyInputs(of: graph)
        } catch {
            throw ONNXError(path: file.path, problem: "\(error)", remedy: "change the model where it was exported")
        }
        coverage = Coverage(graph, importer)
        guard coverage.failures.isEmpty else {
            model = Model(graph: Graph(name: name))
            return
        }
        model = importer.model(file.metadata, without: Set(graph.input.filter(\.isEmpty).map(\.name)))
        if let cut = importer.state.folder.fileCutShort {
            throw ONNXError(
                path: file.path, problem: "'\(cut)', where its data is, was cut short while it was read",
                remedy: "copy it again")
        }
    }
}

extension Importer {
    /// Declares what the graph is given. What has an initializer is a parameter and no input.
    fileprivate mutating func addInputs(of graph: GraphProto, _ options: ImportOptions) throws(NodeFailure) {
        let initialized = Set(graph.initializer.map(\.name))
        for input in graph.input where !initialized.contains(input.name) {
            do throws(InputError) {
                guard !input.name.isEmpty else { throw InputError(reason: "it has no name") }
                let type = try TensorType(input, options)
                do throws(GraphError) { try state.addInput(input.name, type) } catch {
                    throw InputError(reason: error.sentence)
                }
            } catch {
                fail(input: input.name, error.reason)
            }
        }
    }

    /// Lists the inputs that have no elements. One whose type alone was asked for is nothing that a plan must be given.
    fileprivate mutating func refuseEmptyInputs(of graph: GraphProto) {
        let empty = graph.input.filter(\.isEmpty)
        if empty.isEmpty { return }
        let made = state.editor.graph
        let read = made.nodes.reduce(into: Set(made.outputs)) { $0.formUnion($1.operands) }.union(made.outputs)
        let inputs = Set(made.inputs)
        for input in empty {
            guard case .value(let value) = state.scope[input.name], inputs.contains(value), read.contains(value) else {
                continue
            }
            fail(input: input.name, "one of its dimensions is 0, so that it is empty")
        }
    }

    /// Says which values are the results, under their names.
    fileprivate mutating func addOutputs(of graph: GraphProto) throws(NodeFailure) {
        var outputs: Set<ValueID> = []
        let inputs = Set(state.editor.graph.inputs)
        for output in graph.output {
            let node = NodeProto.with {
                $0.name = output.name
                $0.opType = "output"
            }
            guard !output.name.isEmpty else { throw failure(node, "has no name") }
            guard let binding = state.scope[output.name] else { throw failure(node, "no node makes this output") }
            switch try materialized(binding, output.name, node) {
            case .value(let value): try addOutput(value, node, &outputs, inputs: inputs)
            case .missing(let reason?): throw failure(node, reason)
            case .missing(nil), .tensor: continue
            }
        }
    }

    /// - Parameters:
    ///   - outputs: those that there are already; the new one is added.
    ///   - inputs: those of the graph.
    private mutating func addOutput(
        _ value: ValueID, _ node: NodeProto, _ outputs: inout Set<ValueID>, inputs: Set<ValueID>
    ) throws(NodeFailure) {
        let other = state.editor.value(named: node.name).flatMap { $0 == value ? nil : $0 }
        let hasName = state.editor.graph[value].name == node.name
        if hasName ? outputs.contains(value) : other.map(outputs.contains) ?? false {
            throw failure(node, "is an output twice")
        }
        if let other, inputs.contains(other) {
            throw failure(node, "is made by a node, and an input beside that")
        }
        do throws(GraphError) {
            var value = value
            if !hasName {
                // What has the name is a value within a node.
                if let other {
                    try state.editor.rename(other, to: state.editor.freshName(node.name))
                }
                if outputs.contains(value) || inputs.contains(value) || state.tensors[value] != nil {
                    value = try state.editor.apply(Identity(), to: [value], names: [node.name])[0]
                } else {
                    try state.editor.rename(value, to: node.name)
                }
            }
            state.editor.addOutput(value)
            outputs.insert(value)
        } catch { throw failure(node, error.sentence) }
    }

    /// The model of what was taken, without what no output needs.
    ///
    /// - Parameter unneeded: inputs that are left out where nobody reads them.
    fileprivate func model(_ metadata: [String: String], without unneeded: Set<String>) -> Model {
        let graph = state.editor.graph.pruned(without: unneeded)
        var weights: [String: [Float]] = [:]
        for parameter in graph.parameters {
            let name = graph[parameter.value].name
            guard let original = state.editor.value(named: name), let tensor = state.parameters[original] else {
                continue
            }
            weights[name] = tensor.floats()
        }
        var model = Model(graph: graph, weights: weights)
        ModelNotes(metadata).apply(to: &model)
        if model.labels.isEmpty { model.labels = state.labels }
        return model
    }
}

extension ValueInfoProto {
    /// Whether a dimension is written as 0.
    fileprivate var isEmpty: Bool { type.tensorType.shape.dim.contains { $0.value == .dimValue(0) } }
}

/// Why an input can't be declared.
struct InputError: Error {
    var reason: String
}

extension TensorType {
    /// The type of an input: dimensions without a number are symbols.
    fileprivate init(_ input: ValueInfoProto, _ options: ImportOptions) throws(InputError) {
        guard case .tensorType(let tensor) = input.type.value else {
            throw InputError(reason: "it is no tensor")
        }
        guard let elementType = ElementType(dataType: Int(tensor.elemType)) else {
            throw InputError(
                reason: "its elements are \(dataTypeName(Int(tensor.elemType))), which Apus has no type for")
        }
        guard tensor.hasShape else { throw InputError(reason: "its shape is not written, not even its rank") }
        // Before each dimension gets a name.
        guard tensor.shape.dim.count <= TensorType.rankLimit else {
            throw InputError(
                reason: "a value can't have \(tensor.shape.dim.count) dimensions; keep to \(TensorType.rankLimit)")
        }
        var dimensions: [Dimension] = []
        for (axis, dimension) in tensor.shape.dim.enumerated() {
            switch dimension.value {
            case .dimValue(1) where axis == 0 && options.opensBatch: dimensions.append("N")
            case .dimValue(let number) where number > 0: dimensions.append(.fixed(Int(clamping: number)))
            default:
                let name = input.openName(dimension, axis: axis)
                dimensions.append(options.size(name).map(Dimension.fixed) ?? .symbol(symbolName(name)))
            }
        }
        self.init(elementType, dimensions)
    }
}
