/// A call of an operator that the graph can't take.
public struct GraphError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The value or operator that is at fault.
    public var place: String
    public var message: String
    public var remedy: String
    /// The broken constraint's label, where one is.
    public var label: String?

    public init(place: String, message: String, remedy: String, label: String? = nil) {
        self.place = place
        self.message = message
        self.remedy = remedy
        self.label = label
    }

    public var description: String {
        "\(place): \(message)\(label.map { " (\($0))" } ?? ""); \(remedy)"
    }
}

/// Adds to a graph and keeps it well-formed: names stay unique and every node's types are inferred as it is added.
///
/// The parser, the Swift builder, the importers and the passes all make graphs through it.
public struct GraphEditor: Sendable {
    public private(set) var graph: Graph
    private var names: [String: ValueID] = [:]
    /// The last number that ``nextName(_:)`` gave behind each stem.
    private var lastNumbers: [String: Int] = [:]
    /// What is known of the values that shapes are computed of.
    private var known = KnownValues()

    public init(name: String) { graph = Graph(name: name) }

    /// Goes on from a graph that exists.
    public init(_ graph: Graph) {
        self.graph = graph
        for (index, value) in graph.values.enumerated() { names[value.name] = ValueID(index) }
        known = KnownValues(graph)
    }

    /// Gives the graph another name.
    package mutating func rename(_ name: String) { graph.name = name }

    /// Gives a value another name.
    package mutating func rename(_ id: ValueID, to name: String) throws(GraphError) {
        guard names[name] ?? id == id else {
            throw GraphError(
                place: name, message: "the name '\(name)' is already taken", remedy: "give the value another name")
        }
        names[graph[id].name] = nil
        names[name] = id
        graph[id].name = name
    }

    /// What is known of a small integer value, which a shape may be computed of.
    package func known(_ id: ValueID) -> KnownIntegers? { known[id] }

    /// The value with this name. O(1).
    public func value(named name: String) -> ValueID? { names[name] }

    /// `stem`, or where that is taken `stem.2`, `stem.3`, ...
    public func freshName(_ stem: String) -> String { Self.freshName(stem) { names[$0] != nil } }

    /// `stem`, or where that is taken the first of `stem.2`, `stem.3`, ... that is free, if all before it are taken; else some other
    /// that is free. O(log n) questions where n are taken: very many gradients can have one stem.
    package static func freshName(_ stem: String, isTaken: (String) -> Bool) -> String {
        isTaken(stem) ? "\(stem).\(freshNumber(stem, isTaken: isTaken))" : stem
    }

    private static func freshNumber(_ stem: String, isTaken: (String) -> Bool) -> Int {
        var (taken, free) = (1, 2)
        while isTaken("\(stem).\(free)") { (taken, free) = (free, 2 * free) }
        while free - taken > 1 {
            let middle = (taken + free) / 2
            if isTaken("\(stem).\(middle)") { taken = middle } else { free = middle }
        }
        return free
    }

    /// As ``freshName(_:)``, for a name that is given at once: the numbers behind a stem are gone on with. O(1).
    package mutating func nextName(_ stem: String) -> String {
        guard names[stem] != nil else { return stem }
        if let last = lastNumbers[stem] {
            for number in [last, last + 1] where names["\(stem).\(number)"] == nil {
                lastNumbers[stem] = number
                return "\(stem).\(number)"
            }
        }
        let number = Self.freshNumber(stem) { names[$0] != nil }
        lastNumbers[stem] = number
        return "\(stem).\(number)"
    }

    private mutating func define(_ value: Value) throws(GraphError) -> ValueID {
        guard names[value.name] == nil else {
            throw GraphError(
                place: value.name, message: "the name '\(value.name)' is already taken",
                remedy: "give the second value another name")
        }
        guard !value.name.isEmpty else {
            throw GraphError(place: "a value \(value.type)", message: "it has no name", remedy: "name every value")
        }
        try checkSize(value.type, place: value.name)
        let id = ValueID(graph.values.count)
        graph.values.append(value)
        names[value.name] = id
        return id
    }

    private func checkSize(_ type: TensorType, place: String) throws(GraphError) {
        guard type.rank <= LanguageLimit.rank else {
            throw GraphError(
                place: place, message: "a value can't have \(type.rank) dimensions",
                remedy: "keep to \(LanguageLimit.rank)")
        }
        guard type.hasStorableSize else {
            throw GraphError(
                place: place,
                message: "\(type) is too large: a value has at most \(Int32.max) elements a sample, and no empty "
                    + "dimension",
                remedy: "use numbers from 1 on, and make them smaller")
        }
    }

    public mutating func addInput(_ name: String, _ type: TensorType) throws(GraphError) -> ValueID {
        let id = try define(Value(name: name, type: type))
        graph.inputs.append(id)
        return id
    }

    public mutating func addParameter(
        _ name: String, _ type: TensorType, role: Parameter.Role = .trained, isFixed: Bool = false,
        initializer: Initializer
    ) throws(GraphError) -> ValueID {
        guard type.elementType.isFloatingPoint, type.shape != nil else {
            throw GraphError(
                place: name, message: "a parameter can't be \(type)",
                remedy:
                    "parameters have numbers for dimensions and a floating-point type; make it a constant or an input")
        }
        let id = try define(Value(name: name, type: type))
        graph.parameters.append(Parameter(value: id, role: role, isFixed: isFixed, initializer: initializer))
        return id
    }

    public mutating func addConstant(
        _ name: String, _ type: TensorType, elements: Elements
    ) throws(GraphError) -> ValueID {
        let count = type.shape?.reduce(1, *)
        guard count == elements.count else {
            throw GraphError(
                place: name, message: "\(elements.count) elements do not fill \(type)",
                remedy: "give \(count.map(String.init) ?? "a fixed number of") elements")
        }
        // In the form of the type, so that the same constant is always the same value.
        let elements =
            type.elementType.isFloatingPoint ? .numbers(elements.doubles) : elements.converted(to: type.elementType)
        let id = try define(Value(name: name, type: type))
        graph.constants.append(Constant(value: id, elements: elements))
        known.note(graph.constants[graph.constants.count - 1], type)
        return id
    }

    public mutating func addConstant(
        _ name: String, _ type: TensorType, elements: [Double]
    ) throws(GraphError) -> ValueID {
        try addConstant(name, type, elements: .numbers(elements))
    }

    /// The types that a call would make.
    func infer(_ operation: any Operator, _ operands: [ValueID]) throws(ConstraintViolation) -> [InferredType] {
        try operation.infer(operands.map { graph[$0].type }, known: operands.map { known[$0] })
    }

    /// A call with attributes in the place of the operands that say a shape; nil where there are none such.
    func resolved(_ node: Node) throws(ConstraintViolation) -> ResolvedCall? {
        try node.operation.resolving(node.operands.map { graph[$0].type }, known: node.operands.map { known[$0] })
    }

    /// Adds a call of `operation` at the end and infers the types of its results.
    ///
    /// - Parameter names: a name for each result. Where fewer are given the first name is the stem of the rest.
    public mutating func apply(
        _ operation: any Operator, to operands: [ValueID], names: [String]
    ) throws(GraphError) -> [ValueID] {
        let place = names.first ?? operation.name
        return try append(operation, to: operands, names: names, try inferred(operation, to: operands, place: place))
    }

    /// The types that a call of the name `place` would make. All of them are of values that there may be.
    package func inferred(
        _ operation: any Operator, to operands: [ValueID], place: String
    ) throws(GraphError) -> [InferredType] {
        let results: [InferredType]
        do {
            results = try infer(operation, operands)
        } catch {
            throw GraphError(place: place, message: error.message, remedy: error.remedy, label: error.label)
        }
        for result in results { try checkSize(result.type, place: place) }
        return results
    }

    /// Adds a call whose results' types are found out already.
    ///
    /// - Parameter inferred: what ``inferred(_:to:place:)`` gives.
    package mutating func append(
        _ operation: any Operator, to operands: [ValueID], names: [String], _ inferred: [InferredType]
    ) throws(GraphError) -> [ValueID] {
        let place = names.first ?? operation.name
        var results: [ValueID] = []
        for (index, result) in inferred.enumerated() {
            let name = index < names.count ? names[index] : nextName("\(place).\(index)")
            results.append(try define(Value(name: name, type: result.type, derivations: result.derivations)))
        }
        graph.nodes.append(Node(operation, operands: operands, results: results))
        known.note(graph.nodes[graph.nodes.count - 1], graph)
        return results
    }

    /// Adds a call with one result, named after `stem`.
    public mutating func emit(
        _ operation: any Operator, _ operands: [ValueID], named stem: String
    ) throws(GraphError) -> ValueID {
        try apply(operation, to: operands, names: [nextName(stem)])[0]
    }

    public mutating func addOutput(_ id: ValueID) { graph.outputs.append(id) }
    public mutating func addGradient(of target: ValueID, is value: ValueID) {
        graph.gradients.append(Assignment(target: target, value: value))
    }
    public mutating func addUpdate(of target: ValueID, to value: ValueID) {
        graph.updates.append(Assignment(target: target, value: value))
    }
}
