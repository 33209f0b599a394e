import ApusGraph
import ONNXSchema

/// Makes a graph of the nodes of an ONNX file, in their order. Nodes that can't be taken are listed, and what reads their results is
/// passed over, so that one import finds all there is to say.
struct Importer {
    var state: ImportState
    /// The version of each domain's operator set that names are looked up in: the file's, or those of a function.
    var versions: [String: Int]
    let functions: LocalFunctions
    private(set) var failures: [NodeFailure] = []
    /// Nodes that were looked at, those in functions and branches included.
    private(set) var nodeCount = 0
    /// Nodes that failed or read what one that failed would make.
    private(set) var affectedCount = 0
    /// How often the nodes of branches and loops were taken.
    private var runCount = 0
    /// How many functions and branches are entered.
    private var depth = 0

    /// Functions and branches in one another; more are a mistake, or malice.
    static let depthLimit = 64
    /// Nodes after which an import is given up: functions that call each other twice, and loops in loops, grow without limit.
    private let nodeLimit: Int

    init(_ model: ModelProto, state: ImportState) {
        self.state = state
        versions = Self.versions(model.opsetImport)
        functions = LocalFunctions(model.functions)
        nodeLimit = (1 << 15) + 8 * model.functions.reduce(model.graph.node.count) { $0 + $1.node.count }
    }

    static func versions(_ imports: [OperatorSetIdProto]) -> [String: Int] {
        var versions: [String: Int] = [:]
        for entry in imports { versions[isDefault(entry.domain) ? "" : entry.domain] = Int(entry.version) }
        return versions
    }

    /// Takes the nodes of a graph or function.
    mutating func take(_ nodes: [NodeProto]) throws(NodeFailure) {
        for node in nodes { try take(node) }
    }

    /// Takes from what the import may make, for what is looked at and takes no memory, in bytes that take as long to make.
    mutating func spend(_ size: Int, for node: NodeProto) throws(NodeFailure) {
        do throws(BudgetError) { try state.spend(size, memory: 0) } catch { throw failure(node, error.sentence) }
    }

    /// Counts a branch, or a step of a loop, which may hold no node.
    mutating func beginRun(_ graph: GraphProto, _ node: NodeProto) throws(NodeFailure) {
        try spend(64 + 32 * (graph.input.count + graph.output.count), for: node)
        runCount += 1
        guard runCount <= nodeLimit else {
            throw failure(node, "has more steps, with those around it, than the \(nodeLimit) that are taken")
        }
    }

    private mutating func take(_ node: NodeProto) throws(NodeFailure) {
        nodeCount += 1
        guard nodeCount <= nodeLimit else {
            throw failure(node, "comes after \(nodeLimit) others, which is more than are taken")
        }
        try spend(node.readingSize, for: node)
        let known = failures.count
        do throws(NodeFailure) {
            if let control = ControlFlow(node) {
                try enter(node) { importer throws(NodeFailure) in try control.take(node, &importer) }
            } else if let function = functions[node] {
                try enter(node) { importer throws(NodeFailure) in try importer.inline(function, node) }
            } else {
                try build(node)
            }
        } catch {
            fail(node, error)
        }
        if failures.count > known { affectedCount += 1 }
    }

    /// Takes a node of which an entry of the table knows what it is.
    private mutating func build(_ node: NodeProto) throws(NodeFailure) {
        let domain = isDefault(node.domain) ? "" : node.domain
        guard let version = versions[domain] ?? (domain.isEmpty ? nil : 1) else {
            throw failure(node, "the file does not say which version of the operators it uses")
        }
        guard let entry = OperatorTable.shared.entry(node.opType, domain: domain, version: version) else {
            let isSized = !domain.isEmpty || !UnknownSize.operators.contains(node.opType)
            throw failure(
                node,
                isSized
                    ? "there is no such operator here in version \(version)" : UnknownSize.reason(node, state))
        }
        if node.input.contains(where: isMissingQuietly) {
            affectedCount += 1
            for name in node.output where !name.isEmpty { state.scope[name] = .missing(nil) }
            return
        }
        // Lent, so that nothing of it is copied.
        var call = NodeImport(
            node, version: version, state: ImportState(name: "", folder: state.folder),
            firstValue: state.editor.graph.values.count)
        swap(&call.state, &state)
        defer { swap(&call.state, &state) }
        try entry.build(&call)
        try call.close()
    }

    /// Whether the name is one that a node which is on the list already would have made.
    private func isMissingQuietly(_ name: String) -> Bool {
        if !name.isEmpty, case .missing(nil) = state.scope[name] { return true }
        return false
    }

    private mutating func fail(_ node: NodeProto, _ failure: NodeFailure) {
        list(failure)
        for name in node.output where !name.isEmpty { state.scope[name] = .missing(nil) }
    }

    /// Lists a failure. Functions that are called often must not make any number of long texts: once they are too long the next node
    /// ends the import.
    private mutating func list(_ failure: NodeFailure) {
        failures.append(failure)
        let size = 256 + failure.node.utf8.count + failure.reason.utf8.count
        try? state.spend(size, memory: size)
    }

    /// Lists an input of the file that can't be declared.
    mutating func fail(input name: String, _ reason: String) {
        list(NodeFailure(node: name, operation: "input", reason: reason.shortened))
        state.scope[name] = .missing(nil)
    }

    /// Does what takes nodes inside of a node.
    private mutating func enter(
        _ node: NodeProto, _ body: (inout Importer) throws(NodeFailure) -> Void
    ) throws(NodeFailure) {
        guard depth < Self.depthLimit else {
            throw failure(node, "lies in over \(Self.depthLimit) functions and branches")
        }
        depth += 1
        defer { depth -= 1 }
        try body(&self)
    }

    /// Binds the initializers of a graph.
    mutating func bind(_ initializers: [TensorProto], _ sparse: [SparseTensorProto]) {
        for tensor in initializers {
            do throws(TensorError) {
                state.scope[tensor.name] = .tensor(try TensorSource(tensor, in: &state.folder))
            } catch {
                list(NodeFailure(node: tensor.name, operation: "initializer", reason: error.reason.shortened))
                state.scope[tensor.name] = .missing(nil)
            }
        }
        for tensor in sparse {
            list(
                NodeFailure(
                    node: tensor.values.name, operation: "initializer", reason: "it is sparse, which is not read"))
            state.scope[tensor.values.name] = .missing(nil)
        }
    }

    /// The binding with a tensor in it made a value.
    mutating func materialized(_ binding: Binding, _ name: String, _ node: NodeProto) throws(NodeFailure) -> Binding {
        guard case .tensor(let tensor) = binding else { return binding }
        do throws(GraphError) {
            return .value(try state.define(tensor, named: name, isWeight: true))
        } catch { throw failure(node, error.sentence) }
    }

    func failure(_ node: NodeProto, _ reason: String) -> NodeFailure {
        NodeFailure(node: node.displayName, operation: node.displayOperation, reason: reason.shortened)
    }
}
