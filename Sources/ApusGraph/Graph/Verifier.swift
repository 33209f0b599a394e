/// Checks that a graph is well-formed. The rules and their labels:
///
/// - V1: every value is made once: by being an input, a parameter, a constant, or a result of one node.
/// - V2: names are unique and not empty.
/// - V3: every value is made before it is used.
/// - V4: every operator accepts its operands, and its results have the types that it infers.
/// - V5: outputs, gradients and updates are values of the graph.
/// - V6: a gradient belongs to a trained parameter, one for each, and has its type.
/// - V7: an update belongs to a statistic, one for each, and has its type.
/// - V8: a constant has as many elements as its type says.
public enum Verifier {
    /// Throws the first violation, with the rule as its label. O(values + nodes).
    public static func verify(_ graph: Graph) throws(GraphError) {
        var verification = Verification(graph)
        try verification.run()
    }
}

private struct Verification {
    private let graph: Graph
    private var made: [Bool]
    private var known = KnownValues()

    init(_ graph: Graph) {
        self.graph = graph
        made = Array(repeating: false, count: graph.values.count)
    }

    private func violation(_ label: String, _ place: String, _ message: String, _ remedy: String) -> GraphError {
        GraphError(place: place, message: message, remedy: remedy, label: label)
    }

    /// The value's name, or its number where there is no such value.
    private func name(_ id: ValueID) -> String {
        graph.values.indices.contains(id.index) ? graph[id].name : "value \(id.index)"
    }

    private mutating func make(_ id: ValueID) throws(GraphError) {
        guard made.indices.contains(id.index) else {
            throw violation("V1", name(id), "it is made but not among the values", "add it to the values first")
        }
        guard !made[id.index] else {
            throw violation("V1", name(id), "it is made twice", "give the second one a value of its own")
        }
        made[id.index] = true
    }

    private func use(_ id: ValueID, by place: String, _ label: String) throws(GraphError) {
        guard made.indices.contains(id.index), made[id.index] else {
            throw violation(
                label, place, "it uses '\(name(id))', which is not made before",
                "move the node that makes '\(name(id))' to the front")
        }
    }

    mutating func run() throws(GraphError) {
        try checkNames()
        for id in graph.inputs { try make(id) }
        for parameter in graph.parameters { try make(parameter.value) }
        for constant in graph.constants { try check(constant) }
        for node in graph.nodes { try check(node) }
        for output in graph.outputs { try use(output, by: "outputs", "V5") }
        try check(graph.gradients, "gradient", of: .trained, "V6")
        try check(graph.updates, "update", of: .statistic, "V7")
    }

    private func checkNames() throws(GraphError) {
        var names = Set<String>()
        for value in graph.values {
            guard !value.name.isEmpty else {
                throw violation("V2", "a value \(value.type)", "it has no name", "name every value")
            }
            guard names.insert(value.name).inserted else {
                throw violation("V2", value.name, "two values have this name", "rename one of them")
            }
        }
    }

    private mutating func check(_ constant: Constant) throws(GraphError) {
        try make(constant.value)
        let type = graph[constant.value].type
        guard type.shape?.reduce(1, *) == constant.elements.count else {
            throw violation(
                "V8", name(constant.value), "\(constant.elements.count) elements do not fill \(type)",
                "give as many elements as the type says")
        }
        known.note(constant, type)
    }

    private mutating func check(_ node: Node) throws(GraphError) {
        let place = node.results.first.map { name($0) } ?? node.operation.name
        for operand in node.operands { try use(operand, by: place, "V3") }
        for result in node.results { try make(result) }
        let inferred: [InferredType]
        do {
            inferred = try node.operation.infer(
                node.operands.map { graph[$0].type }, known: node.operands.map { known[$0] })
        } catch {
            throw violation("V4", place, "\(error.message) (\(error.label))", error.remedy)
        }
        guard inferred.count == node.results.count else {
            throw violation(
                "V4", place, "\(node.operation.name) makes \(inferred.count) values, not \(node.results.count)",
                "name a result for each")
        }
        for (result, inference) in zip(node.results, inferred) where graph[result].type != inference.type {
            throw violation(
                "V4", name(result), "it is \(graph[result].type), but \(node.operation.name) makes \(inference.type)",
                "infer the type again")
        }
        known.note(node, graph)
    }

    private func check(
        _ assignments: [Assignment], _ word: String, of role: Parameter.Role, _ label: String
    ) throws(GraphError) {
        var targets = Set(graph.parameters.filter { $0.changes(as: role) }.map(\.value))
        for assignment in assignments {
            try use(assignment.value, by: "\(word) of \(name(assignment.target))", "V5")
            guard targets.remove(assignment.target) != nil else {
                throw violation(
                    label, name(assignment.target),
                    "it has a second \(word), or is no parameter that takes one",
                    "give one \(word) to each \(role.rawValue) parameter")
            }
            let (target, value) = (graph[assignment.target].type, graph[assignment.value].type)
            guard target == value else {
                throw violation(
                    label, name(assignment.target), "it is \(target), but its \(word) is \(value)",
                    "compute the \(word) in the shape of the parameter")
            }
        }
    }
}
