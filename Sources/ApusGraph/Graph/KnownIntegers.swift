/// What is known of a small value of integers or truth values before anything runs: its elements, which may have symbols in them.
///
/// Shapes that a graph computes, as imported graphs do, are such values: `shape`, then a gather, then a concat.
public struct KnownIntegers: Sendable, Hashable {
    /// The elements: one of a scalar, all of a vector.
    public var elements: [Dimension]
    public var isScalar: Bool

    /// More elements are not kept track of: shapes are short.
    public static let limit = 64

    /// A vector.
    public init(_ elements: [Dimension]) {
        self.elements = elements
        isScalar = false
    }

    /// A scalar.
    public init(scalar: Dimension) {
        elements = [scalar]
        isScalar = true
    }

    /// The elements of a value of a type; nil where the type has more than one dimension.
    public init?(_ elements: [Dimension], rank: Int) {
        guard rank <= 1, rank == 1 || elements.count == 1 else { return nil }
        self.elements = elements
        isScalar = rank == 0
    }

    /// Whether an element is larger than is known: what is too large to be a dimension may be any number.
    var overflows: Bool { elements.contains(.overflow) }

    /// The elements where all are numbers.
    public var numbers: [Int]? {
        let numbers = elements.compactMap(\.number)
        return numbers.count == elements.count ? numbers : nil
    }
}

/// A call in whose attributes stands what operands said.
public struct ResolvedCall: Sendable {
    public var operation: any Operator
    /// The numbers of the operands that remain.
    public var operands: [Int]

    public init(_ operation: any Operator, operands: [Int] = [0]) {
        self.operation = operation
        self.operands = operands
    }
}

extension Operator {
    public func known(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] { [] }
    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? { nil }

    /// ``known(_:_:)`` without what is too large to be known.
    package func knownResults(_ operands: [KnownIntegers?], _ types: [TensorType]) -> [KnownIntegers?] {
        known(operands, types).map { $0.flatMap { $0.overflows ? nil : $0 } }
    }

    /// The types of the results where something is known of the operands' elements.
    public func infer(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> [InferredType] {
        guard let call = try resolving(operands, known: known) else { return try infer(operands) }
        return try call.operation.infer(call.operands.map { operands[$0] })
    }

    /// The operator with the given symbols replaced in its attributes.
    public func replacing(_ symbols: [String: Dimension]) throws(AttributeError) -> any Operator {
        let replaced = attributes.map { Attribute($0.name, $0.value.replacing(symbols)) }
        return replaced == attributes ? self : try makeOperator(type(of: self), replaced)
    }
}

/// What is known of the values of a graph, as its constants and nodes are gone through in order.
public struct KnownValues: Sendable {
    private var values: [ValueID: KnownIntegers] = [:]

    public init() {}

    /// What is known of the whole graph. O(nodes).
    public init(_ graph: Graph) {
        for constant in graph.constants { note(constant, graph[constant.value].type) }
        for node in graph.nodes { note(node, graph) }
    }

    public subscript(_ id: ValueID) -> KnownIntegers? { values[id] }

    public mutating func note(_ constant: Constant, _ type: TensorType) {
        guard type.rank <= 1, !type.elementType.isFloatingPoint, constant.elements.count <= KnownIntegers.limit else {
            return
        }
        values[constant.value] = KnownIntegers(constant.elements.whole.map(Dimension.fixed), rank: type.rank)
    }

    public mutating func note(_ node: Node, _ graph: Graph) {
        for result in node.results where values[result] != nil { values[result] = nil }
        let types = node.operands.map { graph[$0].type }
        for (id, known) in zip(node.results, node.operation.knownResults(node.operands.map { values[$0] }, types)) {
            guard let known, known.elements.count <= KnownIntegers.limit, !graph[id].type.elementType.isFloatingPoint
            else {
                continue
            }
            values[id] = known
        }
    }
}

extension OperandChecks {
    /// The elements of operand `index`, which the shape of the result depends on.
    func known(
        _ label: String, _ index: Int, _ known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> [Dimension] {
        if known.indices.contains(index), let elements = known[index]?.elements { return elements }
        throw ConstraintViolation(
            label, "\(name) makes a shape of operand \(index), whose elements are not known before it runs",
            remedy: "compute them of constants and shapes alone, or give the attribute", at: .operand(index))
    }

    /// The elements of operand `index` as numbers.
    func knownNumbers(
        _ label: String, _ index: Int, _ known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> [Int] {
        let elements = try self.known(label, index, known)
        let numbers = elements.compactMap(\.number)
        guard numbers.count == elements.count else {
            throw ConstraintViolation(
                label, "\(name) can't work with \(elements), which has symbols in it",
                remedy: "give the symbols their numbers", at: .operand(index))
        }
        return numbers
    }
}
