import ApusGraph

/// Copies a graph, node by node and in order, into a new one, where the pass that drives it may put something else in
/// the place of a node. Types are inferred anew on the way, so a change of shape reaches everything downstream.
struct GraphRewriter {
    let source: Graph
    private(set) var editor: GraphEditor
    private let pass: String
    private var images: [ValueID?]
    private let sourceNames: Set<String>
    private let sourceOutputs: Set<ValueID>
    /// Values of the new graph that are results of nodes.
    private var results: Set<ValueID> = []
    /// The names that values of the new graph take over from outputs.
    private var renamed: [ValueID: String] = [:]
    /// How many of the outputs stand for each value of the new graph, as far as they are copied.
    private var outputImages: [ValueID: Int] = [:]

    /// Starts with the inputs, parameters and constants of `source`, and no nodes.
    init(_ source: Graph, pass: some Pass) throws(PassError) {
        self.source = source
        self.pass = pass.name
        editor = GraphEditor(name: source.name)
        images = Array(repeating: nil, count: source.values.count)
        sourceNames = Set(source.values.map(\.name))
        sourceOutputs = Set(source.outputs)
        do {
            for id in source.inputs {
                substitute(try editor.addInput(source[id].name, source[id].type), for: id)
            }
            for parameter in source.parameters {
                let value = source[parameter.value]
                substitute(
                    try editor.addParameter(
                        value.name, value.type, role: parameter.role, isFixed: parameter.isFixed,
                        initializer: parameter.initializer),
                    for: parameter.value)
            }
            for constant in source.constants {
                let value = source[constant.value]
                substitute(
                    try editor.addConstant(value.name, value.type, elements: constant.elements), for: constant.value)
            }
        } catch {
            throw PassError(pass: self.pass, error)
        }
    }

    /// What stands in the new graph for a value of the old one.
    ///
    /// - Precondition: its node has been copied or replaced.
    subscript(_ old: ValueID) -> ValueID {
        guard let image = images[old.index] else {
            preconditionFailure("\(pass): '\(source[old].name)' is used before it is made")
        }
        return image
    }

    subscript(_ old: [ValueID]) -> [ValueID] { old.map { self[$0] } }

    /// The type in the new graph of a value of the new graph.
    func type(_ new: ValueID) -> TensorType { editor.graph[new].type }

    /// Whether a value of the new graph is a parameter or a constant. O(inputs).
    func isFixed(_ new: ValueID) -> Bool { !results.contains(new) && !editor.graph.inputs.contains(new) }

    /// `stem`, or `stem.2`, ... where the old or the new graph has that name.
    func freshName(_ stem: String) -> String {
        GraphEditor.freshName(stem) { sourceNames.contains($0) || editor.value(named: $0) != nil }
    }

    /// Copies a node as it is.
    mutating func keep(_ node: Node) throws(PassError) {
        try replace(node.results, with: node.operation, self[node.operands])
    }

    /// Puts a call of `operation` in the place of the node that made `results`; they keep their names.
    mutating func replace(
        _ results: [ValueID], with operation: any Operator, _ operands: [ValueID]
    ) throws(PassError) {
        let made = try apply(operation, to: operands, names: results.map { source[$0].name })
        for (old, new) in zip(results, made) { substitute(new, for: old) }
    }

    /// Adds a call whose results are named `names`.
    mutating func apply(
        _ operation: any Operator, to operands: [ValueID], names: [String]
    ) throws(PassError) -> [ValueID] {
        do {
            let made = try editor.apply(operation, to: operands, names: names)
            results.formUnion(made)
            return made
        } catch {
            throw PassError(pass: pass, error)
        }
    }

    /// Adds a call with one result, named after `stem`.
    mutating func emit(
        _ operation: any Operator, _ operands: [ValueID], named stem: String
    ) throws(PassError) -> ValueID {
        try apply(operation, to: operands, names: [freshName(stem)])[0]
    }

    /// Adds what a composite operator stands for. Its results take over the names of the node's.
    mutating func compose(_ composite: any CompositeOperator, _ node: Node) throws(PassError) -> [ValueID] {
        do {
            var composer = Composer(editor, stem: source[node.results[0]].name)
            editor = GraphEditor(name: "")
            let before = composer.editor.graph.nodes.count
            defer {
                editor = composer.editor
                for node in editor.graph.nodes[before...] { self.results.formUnion(node.results) }
            }
            let results = try composite.compose(&composer, self[node.operands])
            for (old, new) in zip(node.results, results) { try composer.rename(new, to: source[old].name) }
            return results
        } catch {
            throw PassError(pass: pass, error)
        }
    }

    mutating func addConstant(
        _ name: String, _ type: TensorType, elements: Elements
    ) throws(PassError) -> ValueID {
        do {
            return try editor.addConstant(name, type, elements: elements)
        } catch {
            throw PassError(pass: pass, error)
        }
    }

    mutating func addParameter(
        _ name: String, _ type: TensorType, role: Parameter.Role, initializer: Initializer
    ) throws(PassError) -> ValueID {
        do {
            return try editor.addParameter(name, type, role: role, initializer: initializer)
        } catch {
            throw PassError(pass: pass, error)
        }
    }

    mutating func addUpdate(of target: ValueID, to value: ValueID) { editor.addUpdate(of: target, to: value) }

    /// Lets a value of the new graph stand for one of the old.
    mutating func substitute(_ new: ValueID, for old: ValueID) {
        if sourceOutputs.contains(old) {
            if let before = images[old.index] { outputImages[before, default: 0] -= 1 }
            outputImages[new, default: 0] += 1
        }
        images[old.index] = new
    }

    /// Whether a value of the source is an output.
    func isOutput(_ old: ValueID) -> Bool { sourceOutputs.contains(old) }

    /// Like ``substitute(_:for:)``, but where `old` is an output its name must live on: the new value takes it over.
    /// Returns false, with nothing done, where it can't, because it is an input, a parameter, a constant or an output
    /// itself.
    mutating func merge(_ old: ValueID, into kept: ValueID) -> Bool {
        if sourceOutputs.contains(old) {
            let others = (outputImages[kept] ?? 0) - (images[old.index] == kept ? 1 : 0)
            guard results.contains(kept), renamed[kept] == nil, others == 0 else { return false }
            renamed[kept] = source[old].name
        }
        substitute(kept, for: old)
        return true
    }

    /// The new graph, with the outputs, gradients and updates of the old one and the updates that were added.
    func finish() -> Graph {
        var graph = editor.graph
        for (value, name) in renamed { graph[value].name = name }
        graph.outputs = self[source.outputs]
        graph.gradients = source.gradients.map { Assignment(target: self[$0.target], value: self[$0.value]) }
        graph.updates =
            source.updates.map { Assignment(target: self[$0.target], value: self[$0.value]) } + graph.updates
        return graph
    }
}
