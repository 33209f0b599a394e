import ApusFiles
public import ApusGraph
import ONNXSchema
import SwiftProtobuf

/// A model as an ONNX file.
public struct ONNXExport: Sendable {
    /// The bytes of the file.
    public let bytes: [UInt8]
    /// The version of the operators that its nodes need, the lowest from 17 on.
    public let operatorSet: Int
    /// The version of the format that goes with it.
    public let format: Int
    public let nodeCount: Int

    /// Writes a model: its graph and weights, and its labels, preparation and notes as metadata.
    ///
    /// - Parameter model: with explicit parameters, weights for all of them, and in the form for inference.
    /// - Throws: ``ONNXError``, which lists every call that ONNX has no words for.
    public init(_ model: Model) throws(ONNXError) {
        let message = try Self.message(model)
        operatorSet = Int(message.opsetImport.first?.version ?? 0)
        format = Int(message.irVersion)
        nodeCount = message.graph.node.count
        do { bytes = try message.serializedBytes() } catch {
            throw ONNXError(
                path: model.graph.name, problem: "is too large for one ONNX file, which has 2 GiB at most",
                remedy: "make it smaller, or write a model file")
        }
    }

    private static func message(_ model: Model) throws(ONNXError) -> ModelProto {
        var model = model
        do { model.graph = try model.graph.pruned(without: []).expanded(for: .shared) } catch {
            throw ONNXError(path: model.graph.name, problem: "\(error)", remedy: "")
        }
        guard Set(model.graph.outputs).count == model.graph.outputs.count else {
            throw ONNXError(
                path: model.graph.name, problem: "gives one value as two outputs", remedy: "leave one of them out")
        }
        var version = ExportState.baseVersion
        while true {
            let state = try write(model, version)
            guard state.required > version else { return try self.message(model, state) }
            version = state.required
        }
    }

    /// All nodes, as a version of the operators has them.
    private static func write(_ model: Model, _ version: Int) throws(ONNXError) -> ExportState {
        var state = ExportState(model, version: version)
        var failures: [NodeFailure] = []
        for node in model.graph.nodes {
            // Lent, so that nothing of it is copied.
            var call = NodeExport(node, state: state)
            state = ExportState(Model(graph: Graph(name: "")), version: version)
            do throws(NodeFailure) { try call.write() } catch { failures.append(error) }
            state = call.state
        }
        for output in model.graph.outputs { _ = state.name(output) }
        state.moveCodes()
        guard failures.isEmpty else {
            let (count, all) = (failures.count, model.graph.nodes.count)
            throw ONNXError(
                path: model.graph.name,
                problem: "\(count) of its \(all) calls can't be said in ONNX",
                remedy: "use other operators in \(count == 1 ? "its" : "their") place", failures: failures)
        }
        return state
    }

    private static func message(_ model: Model, _ state: ExportState) throws(ONNXError) -> ModelProto {
        let graph = model.graph
        let initializers: [TensorProto]
        do { initializers = try state.allInitializers() } catch {
            throw ONNXError(
                path: graph.name, problem: "its parameters are not all known", remedy: "train the model first",
                failures: [error])
        }
        return ModelProto.with {
            $0.irVersion = Int64(format(state.version))
            $0.producerName = "apus"
            $0.producerVersion = Release.version
            $0.opsetImport = [OperatorSetIdProto.with { $0.version = Int64(state.version) }]
            if state.usesMicrosoft {
                $0.opsetImport.append(
                    OperatorSetIdProto.with {
                        $0.domain = OperatorEntry.Domain.microsoft.rawValue
                        $0.version = 1
                    })
            }
            $0.graph.name = graph.name
            $0.graph.input = graph.inputs.map { ValueInfoProto(graph[$0]) }
            $0.graph.output = graph.outputs.map { ValueInfoProto(graph[$0]) }
            $0.graph.initializer = initializers
            $0.graph.node = state.constantNodes() + state.nodes
            $0.metadataProps = ModelNotes(model).entries.map { entry in
                StringStringEntryProto.with {
                    $0.key = entry.name
                    $0.value = entry.text
                }
            }
        }
    }

    /// The version of the format that came with a version of the operators.
    private static func format(_ operatorSet: Int) -> Int {
        switch operatorSet {
        case ...18: 8
        case ...20: 9
        case ...22: 10
        case 23: 11
        case 24: 12
        default: 13
        }
    }
}

extension NodeExport {
    /// Emits the nodes of the call.
    fileprivate mutating func write() throws(NodeFailure) {
        let types = node.operands.map { state.graph[$0].type }
        if let entry = ExportTable.shared.entry(node.operation, types) {
            requires(entry.since)
            return try entry.build(node.operation, &self)
        }
        if let elementwise = node.operation.asElementwise { return try finish(formula: elementwise.formula) }
        throw failure("ONNX has no operator for it")
    }
}
