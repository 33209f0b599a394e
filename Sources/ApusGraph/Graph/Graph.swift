/// The number of a value within its graph.
public struct ValueID: Hashable, Sendable, Comparable {
    public var index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// One typed tensor of a graph. Its name is unique within the graph.
public struct Value: Sendable, Equatable {
    public var name: String
    public var type: TensorType
    /// For each dimension, how it was derived; nil where it was declared or taken over.
    public var derivations: [String?]

    public init(name: String, type: TensorType, derivations: [String?]? = nil) {
        self.name = name
        self.type = type
        self.derivations = derivations ?? Array(repeating: nil, count: type.rank)
    }

    /// Derivations explain a value; they are not part of what it is.
    public static func == (left: Self, right: Self) -> Bool { left.name == right.name && left.type == right.type }
}

/// How a parameter is filled before training.
public enum Initializer: Sendable, Hashable {
    /// The same number everywhere.
    case constant(Double)
    /// Uniform within ±sqrt(6 / (fanIn + fanOut)): Glorot and Bengio (2010), equation 16.
    case glorotUniform(fanIn: Int, fanOut: Int)
    /// Normal with standard deviation sqrt(2 / fanIn): He et al. (2015), equation 10.
    case heNormal(fanIn: Int)
    /// Uniform within ±bound.
    case uniform(Double)
    /// Normal with mean 0 and this standard deviation.
    case normal(Double)
}

/// A value that is stored with the model.
public struct Parameter: Sendable, Equatable {
    public enum Role: String, Sendable, Hashable {
        /// Changed by the optimizer.
        case trained
        /// Changed by the training graph itself: the running statistics of batch norm.
        case statistic
    }

    public var value: ValueID
    public var role: Role
    /// Whether it keeps its elements while the others are trained, or move with the batches.
    public var isFixed: Bool
    public var initializer: Initializer

    public init(value: ValueID, role: Role, isFixed: Bool = false, initializer: Initializer) {
        self.value = value
        self.role = role
        self.isFixed = isFixed
        self.initializer = initializer
    }

    /// Whether its elements change in this way.
    public func changes(as role: Role) -> Bool { self.role == role && !isFixed }
}

/// A value whose elements are written in the graph itself.
public struct Constant: Sendable, Equatable {
    public var value: ValueID
    /// In row-major order, as many as the type says.
    public var elements: Elements

    public init(value: ValueID, elements: Elements) {
        self.value = value
        self.elements = elements
    }
}

/// One call of an operator.
public struct Node: Sendable, Equatable {
    public var operation: any Operator
    public var operands: [ValueID]
    public var results: [ValueID]

    public init(_ operation: any Operator, operands: [ValueID], results: [ValueID]) {
        self.operation = operation
        self.operands = operands
        self.results = results
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.operation.isSame(as: right.operation) && left.operands == right.operands && left.results == right.results
    }
}

/// `gradient target = value` or `update target = value`: what a training graph computes for a parameter.
public struct Assignment: Sendable, Equatable {
    public var target: ValueID
    public var value: ValueID

    public init(target: ValueID, value: ValueID) {
        self.target = target
        self.value = value
    }
}

/// Values and the operators that make them, in an order in which they can run. Every value is made once: it is an input, a
/// parameter, a constant, or a result of one node.
///
/// Graphs that went through ``compacted()`` compare equal exactly where they print the same.
public struct Graph: Sendable, Equatable {
    public var name: String
    public var values: [Value] = []
    public var inputs: [ValueID] = []
    public var parameters: [Parameter] = []
    public var constants: [Constant] = []
    public var nodes: [Node] = []
    public var outputs: [ValueID] = []
    /// The gradient of the loss for each trained parameter, after differentiation.
    public var gradients: [Assignment] = []
    /// The new value of each statistic, in training graphs.
    public var updates: [Assignment] = []

    public init(name: String) { self.name = name }

    public subscript(_ id: ValueID) -> Value {
        get { values[id.index] }
        set { values[id.index] = newValue }
    }

    /// The value with this name. O(values).
    public func value(named name: String) -> ValueID? {
        values.firstIndex { $0.name == name }.map(ValueID.init)
    }

    /// The node that makes each value; nil for inputs, parameters and constants. O(nodes).
    public func producers() -> [Int?] {
        var producers = [Int?](repeating: nil, count: values.count)
        for (index, node) in nodes.enumerated() {
            for result in node.results { producers[result.index] = index }
        }
        return producers
    }

    /// The nodes that read each value, each node once. O(nodes).
    public func consumers() -> [[Int]] {
        var consumers = [[Int]](repeating: [], count: values.count)
        for (index, node) in nodes.enumerated() {
            for operand in node.operands where consumers[operand.index].last != index {
                consumers[operand.index].append(index)
            }
        }
        return consumers
    }

    /// The values that are read from outside: outputs, gradients and updates.
    public var roots: [ValueID] { outputs + gradients.map(\.value) + updates.map(\.value) }

    /// The same graph without the values that nothing defines any more, numbered in canonical order: inputs, parameters,
    /// constants, then results in node order. O(values + nodes).
    public func compacted() -> Graph {
        if isCompact { return self }
        var number = [ValueID?](repeating: nil, count: values.count)
        var result = Graph(name: name)
        result.values.reserveCapacity(values.count)
        result.nodes.reserveCapacity(nodes.count)
        func define(_ id: ValueID) -> ValueID {
            let fresh = ValueID(result.values.count)
            result.values.append(self[id])
            number[id.index] = fresh
            return fresh
        }
        result.inputs = inputs.map(define)
        result.parameters = parameters.map {
            Parameter(
                value: define($0.value), role: $0.role, isFixed: $0.isFixed, initializer: $0.initializer)
        }
        result.constants = constants.map { Constant(value: define($0.value), elements: $0.elements) }
        for node in nodes {
            let operands = node.operands.map { operand in
                guard let known = number[operand.index] else {
                    preconditionFailure("'\(self[operand].name)' is used before it is made")
                }
                return known
            }
            result.nodes.append(Node(node.operation, operands: operands, results: node.results.map(define)))
        }
        func renumber(_ assignments: [Assignment]) -> [Assignment] {
            assignments.compactMap { assignment in
                guard let target = number[assignment.target.index], let value = number[assignment.value.index] else {
                    return nil
                }
                return Assignment(target: target, value: value)
            }
        }
        result.outputs = outputs.compactMap { number[$0.index] }
        result.gradients = renumber(gradients)
        result.updates = renumber(updates)
        return result
    }

    /// Whether the values are numbered in canonical order already, and all of them are defined.
    private var isCompact: Bool {
        var next = 0
        func isNext(_ id: ValueID) -> Bool {
            next += 1
            return id.index == next - 1
        }
        return inputs.allSatisfy(isNext) && parameters.allSatisfy { isNext($0.value) }
            && constants.allSatisfy { isNext($0.value) }
            && nodes.allSatisfy { $0.results.allSatisfy(isNext) } && next == values.count
    }
}
