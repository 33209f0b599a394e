import ApusGraph
import ONNXSchema

/// Nodes that hold graphs: a branch is taken, and a loop is unrolled, where what decides is known before the model runs.
enum ControlFlow {
    case branch
    case loop
    case scan

    init?(_ node: NodeProto) {
        guard isDefault(node.domain) else { return nil }
        switch node.opType {
        case "If": self = .branch
        case "Loop": self = .loop
        case "Scan": self = .scan
        default: return nil
        }
    }

    /// Runs of a loop that are written out.
    static let loopLimit = 1 << 12

    func take(_ node: NodeProto, _ importer: inout Importer) throws(NodeFailure) {
        switch self {
        case .branch: try importer.takeBranch(node)
        case .loop: try importer.takeLoop(node)
        case .scan: try importer.takeScan(node)
        }
    }
}

extension Importer {
    fileprivate mutating func takeBranch(_ node: NodeProto) throws(NodeFailure) {
        let condition = try known(node, 0, "the condition")
        let branch = try graph(node, condition[0] != 0 ? "then_branch" : "else_branch")
        let results = try withInitializers(of: branch, in: node) { importer throws(NodeFailure) in
            try importer.take(branch, [], node)
        }
        guard results.count == node.output.count else {
            throw failure(node, "has \(node.output.count) outputs, and the branch that is taken \(results.count)")
        }
        for (name, binding) in zip(node.output, results) where !name.isEmpty { state.scope[name] = binding }
    }

    fileprivate mutating func takeLoop(_ node: NodeProto) throws(NodeFailure) {
        let body = try graph(node, "body")
        let carriedCount = body.input.count - 2
        let scanCount = body.output.count - 1 - carriedCount
        guard carriedCount >= 0, scanCount >= 0, node.input.count <= carriedCount + 2,
            node.output.count <= carriedCount + scanCount
        else {
            throw failure(
                node, "its body has \(body.input.count) inputs and \(body.output.count) outputs, which don't fit")
        }
        let (carried, scanned) = try withInitializers(of: body, in: node) { importer throws(NodeFailure) in
            try importer.runLoop(body, carriedCount: carriedCount, scanCount: scanCount, node)
        }
        for (index, name) in node.output.enumerated() where !name.isEmpty {
            if index < carriedCount {
                state.scope[name] = carried[index]
            } else {
                let parts = scanned[index - carriedCount]
                guard !parts.isEmpty else { throw failure(node, "runs for no step, so that '\(name)' is empty") }
                state.scope[name] = .value(parts.count == 1 ? parts[0] : try emit(Concat(axis: 0), parts, node))
            }
        }
    }

    /// What a loop carries after its last step, and what each step hands out.
    private mutating func runLoop(
        _ body: GraphProto, carriedCount: Int, scanCount: Int, _ node: NodeProto
    ) throws(NodeFailure) -> (carried: [Binding], scanned: [[ValueID]]) {
        let trips = has(node, 0) ? try known(node, 0, "the number of steps")[0] : Int.max
        var goesOn = has(node, 1) ? try known(node, 1, "the condition")[0] != 0 : true
        var carried: [Binding] = []
        for index in 0..<carriedCount { carried.append(try binding(node, index + 2)) }
        var scanned = [[ValueID]](repeating: [], count: scanCount)
        var step = 0
        while goesOn, step < trips {
            guard step < ControlFlow.loopLimit else {
                throw failure(node, "runs for more than \(ControlFlow.loopLimit) steps")
            }
            let number = Binding.tensor(TensorSource(Tensor(.i64, shape: [], integers: [step])))
            let condition = Binding.tensor(TensorSource(Tensor(.bool, shape: [], integers: [1])))
            let results = try take(body, [number, condition] + carried, node)
            goesOn = try known(results[0], node, "the condition of the next step")[0] != 0
            carried = Array(results[1..<(1 + carriedCount)])
            for (index, result) in results[(1 + carriedCount)...].enumerated() {
                guard case .value(let value) = result else {
                    throw failure(node, "a result of each step is not computed")
                }
                scanned[index].append(try emit(Unsqueeze(axes: [0]), [value], node))
            }
            step += 1
        }
        return (carried, scanned)
    }

    /// Binds the initializers of a graph in a node, once for all the times that its nodes are taken.
    mutating func withInitializers<Result>(
        of graph: GraphProto, in node: NodeProto, _ body: (inout Importer) throws(NodeFailure) -> Result
    ) throws(NodeFailure) -> Result {
        state.scope.enter()
        defer { state.scope.leave() }
        try spend(128 * (graph.initializer.count + graph.sparseInitializer.count), for: node)
        bind(graph.initializer, graph.sparseInitializer)
        return try body(&self)
    }

    /// Takes the nodes of a graph in a node, and gives what its outputs are. Its initializers are bound already.
    mutating func take(
        _ graph: GraphProto, _ arguments: [Binding], _ node: NodeProto
    ) throws(NodeFailure) -> [Binding] {
        try beginRun(graph, node)
        state.scope.enter()
        defer { state.scope.leave() }
        for (input, argument) in zip(graph.input, arguments) { state.scope[input.name] = argument }
        let before = failures.count
        try take(graph.node)
        guard failures.count == before else { throw failure(node, "can't be taken, for what is in it") }
        var results: [Binding] = []
        for output in graph.output {
            guard !output.name.isEmpty else { throw failure(node, "its graph has an output without a name") }
            guard let binding = state.scope[output.name] else {
                throw failure(node, "its graph does not make '\(output.name)'")
            }
            let result = try materialized(binding, output.name, node)
            state.scope.rebind(output.name, to: result)
            results.append(result)
        }
        return results
    }

    func graph(_ node: NodeProto, _ name: String) throws(NodeFailure) -> GraphProto {
        guard let attribute = node.attribute.first(where: { $0.name == name }), attribute.hasG else {
            throw failure(node, "has no '\(name)'")
        }
        return attribute.g
    }

    func has(_ node: NodeProto, _ index: Int) -> Bool {
        index < node.input.count && !node.input[index].isEmpty
    }

    func binding(_ node: NodeProto, _ index: Int) throws(NodeFailure) -> Binding {
        guard has(node, index), let binding = state.scope[node.input[index]] else {
            throw failure(node, "input \(index) is not given")
        }
        return binding
    }

    private func known(_ node: NodeProto, _ index: Int, _ what: String) throws(NodeFailure) -> [Int] {
        try known(try binding(node, index), node, what)
    }

    private func known(_ binding: Binding, _ node: NodeProto, _ what: String) throws(NodeFailure) -> [Int] {
        let elements: [Int]? =
            switch binding {
            case .tensor(let tensor): tensor.count <= 1 ? tensor.tensor().integers : nil
            case .value(let value): state.tensors[value]?.tensor().integers ?? state.editor.known(value)?.numbers
            case .missing: nil
            }
        guard let elements, !elements.isEmpty else {
            throw failure(node, "\(what) is computed while the model runs and must be known before")
        }
        return elements
    }

    mutating func emit(
        _ operation: any Operator, _ operands: [ValueID], _ node: NodeProto
    ) throws(NodeFailure) -> ValueID {
        do throws(GraphError) { return try state.apply(operation, operands, named: node.displayName)[0] } catch {
            throw failure(node, error.sentence)
        }
    }
}
