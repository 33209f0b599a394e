import ApusGraph
import ONNXSchema

/// One node of an ONNX graph while it becomes operators of ours: what an ``OperatorEntry`` works with.
///
/// Inputs are asked for by number, attributes by name, and each result is handed to ``finish(_:output:)``. What the node has and
/// nobody asked for is an error: it might change the answer.
struct NodeImport {
    let node: NodeProto
    /// The version of the operator set of the node's domain.
    let version: Int
    var state: ImportState
    /// The attributes that were asked for.
    private(set) var asked: Set<String> = []
    /// What the outputs are, by number.
    private(set) var outputs: [Int: ValueID] = [:]
    /// The outputs that are tensors which are known, by number.
    private var knownOutputs: [Int: TensorSource] = [:]
    /// The number of values before this node.
    private let firstValue: Int

    /// - Parameter firstValue: how many values there are before the node.
    init(_ node: NodeProto, version: Int, state: ImportState, firstValue: Int) {
        self.node = node
        self.version = version
        self.state = state
        self.firstValue = firstValue
    }

    /// What to throw where the node can't be taken.
    func failure(_ reason: String) -> NodeFailure {
        NodeFailure(node: node.displayName, operation: node.displayOperation, reason: reason.shortened)
    }

    mutating func attribute(_ name: String) -> AttributeProto? {
        asked.insert(name)
        return node.attribute.first { $0.name == name }
    }

    // MARK: Inputs

    /// How many inputs are written, those that are left out in the middle included.
    var inputCount: Int { node.input.count }

    /// Whether the input is there.
    func has(_ index: Int) -> Bool { index < node.input.count && !node.input[index].isEmpty }

    /// The value of an input.
    mutating func input(_ index: Int) throws(NodeFailure) -> ValueID {
        guard has(index) else { throw failure("input \(index) is not given") }
        return try value(named: node.input[index])
    }

    /// The type of an input. Reading one may define it, so that it comes before its type is asked for.
    mutating func inputType(_ index: Int) throws(NodeFailure) -> TensorType {
        let value = try input(index)
        return type(value)
    }

    mutating func optionalInput(_ index: Int) throws(NodeFailure) -> ValueID? {
        has(index) ? try input(index) : nil
    }

    /// All inputs, of which there is at least one, and none may be left out.
    mutating func inputs() throws(NodeFailure) -> [ValueID] {
        guard !node.input.isEmpty else { throw failure("has no inputs") }
        var values: [ValueID] = []
        for index in node.input.indices { values.append(try input(index)) }
        return values
    }

    /// - Parameter role: of the parameter that an initializer becomes where it is read for the first time.
    private mutating func value(
        named name: String, role: Parameter.Role = .trained
    ) throws(NodeFailure) -> ValueID {
        switch state.scope[name] {
        case .value(let value): return value
        case .tensor(let tensor):
            do throws(GraphError) {
                let value = try state.define(tensor, named: name, isWeight: true, role: role)
                state.scope.rebind(name, to: .value(value))
                return value
            } catch { throw failure(error.sentence) }
        case .missing(let reason): throw failure(reason ?? Self.unreadable)
        case nil: throw failure("'\(name)' is not made before it is read")
        }
    }

    /// An input that is a statistic of a normalization: not trained, but moved with the batches of a training.
    mutating func statistic(_ index: Int) throws(NodeFailure) -> ValueID {
        guard has(index) else { return try input(index) }
        return try value(named: node.input[index], role: .statistic)
    }

    /// The reason of a node that only waits for others.
    static let unreadable = "reads what a node that failed would make"

    func type(_ value: ValueID) -> TensorType { state.editor.graph[value].type }
    func rank(_ value: ValueID) -> Int { type(value).rank }

    // MARK: Inputs that must be known

    /// The elements of an input that the operator's form depends on.
    mutating func tensor(_ index: Int, _ what: String) throws(NodeFailure) -> Tensor {
        if let tensor = unread(index) { return try elements(of: tensor) }
        let value = try input(index)
        if let tensor = state.tensors[value] { return try elements(of: tensor) }
        throw failure("\(what), input \(index), is computed while the model runs and must be known before")
    }

    /// The elements of an input of integers; they may have symbols in them.
    mutating func dimensions(_ index: Int, _ what: String) throws(NodeFailure) -> [Dimension] {
        if let tensor = unread(index) { return try elements(of: tensor).integers.map(Dimension.fixed) }
        let value = try input(index)
        if let known = state.editor.known(value) { return known.elements }
        return try tensor(index, what).integers.map(Dimension.fixed)
    }

    mutating func integers(_ index: Int, _ what: String) throws(NodeFailure) -> [Int] {
        let dimensions = try dimensions(index, what)
        let numbers = dimensions.compactMap(\.number)
        guard numbers.count == dimensions.count else {
            throw failure("\(what) is \(dimensions.map(\.description)), which has symbols in it; give them numbers")
        }
        return numbers
    }

    /// The elements of an input of numbers.
    mutating func numbers(_ index: Int, _ what: String) throws(NodeFailure) -> [Double] {
        try tensor(index, what).elements
    }

    /// The tensor of an input that no operator has read yet. It may have no elements, as no value may.
    private func unread(_ index: Int) -> TensorSource? {
        guard has(index), case .tensor(let tensor) = state.scope[node.input[index]] else { return nil }
        return tensor
    }

    /// Whether the input is known to have no elements.
    func isEmpty(_ index: Int) -> Bool { unread(index)?.count == 0 }

    /// The elements of a tensor. That they are read again and again is counted.
    private mutating func elements(of tensor: TensorSource) throws(NodeFailure) -> Tensor {
        do throws(BudgetError) { try state.spend(tensor.count, memory: 0) } catch { throw failure(error.sentence) }
        return tensor.tensor()
    }

    /// The known elements of a value; nil where they are computed, or more than form an operator.
    func knownTensor(_ value: ValueID) -> Tensor? {
        state.tensors[value].flatMap { $0.count <= ImportState.smallCount ? $0.tensor() : nil }
    }

    /// To be asked before the elements of a constant are computed, whose number hangs on what the file says.
    func requireRoom(elements count: Int) throws(NodeFailure) {
        do throws(BudgetError) { try state.requireRoom(elements: count) } catch { throw failure(error.sentence) }
    }

    // MARK: Making values

    /// All results of a call.
    mutating func applyAll(_ operation: any Operator, _ operands: [ValueID]) throws(NodeFailure) -> [ValueID] {
        do throws(GraphError) {
            return try state.apply(operation, operands, named: "\(stem).\(operation.name)")
        } catch { throw failure(error.sentence) }
    }

    /// The first result of a call.
    mutating func apply(_ operation: any Operator, _ operands: ValueID...) throws(NodeFailure) -> ValueID {
        try applyAll(operation, operands)[0]
    }

    /// A constant.
    mutating func constant(_ tensor: Tensor) throws(NodeFailure) -> ValueID {
        do throws(GraphError) {
            return try state.define(TensorSource(tensor), named: "\(stem).constant", isWeight: false)
        } catch { throw failure(error.sentence) }
    }

    /// A number of the type of a value's elements.
    mutating func scalar(_ number: Double, like value: ValueID) throws(NodeFailure) -> ValueID {
        let elementType = type(value).elementType
        return try constant(Tensor(shape: [], elements: [number]).converted(to: elementType))
    }

    mutating func vector(_ integers: [Int]) throws(NodeFailure) -> ValueID {
        try constant(Tensor(.i64, shape: [integers.count], integers: integers))
    }

    private var stem: String { node.output.first { !$0.isEmpty } ?? node.displayName }

    // MARK: Results

    /// Says what an output is.
    mutating func finish(_ value: ValueID, output: Int = 0) { outputs[output] = value }

    /// Says what an output is: a tensor that is known, which may have no elements.
    mutating func finish(_ tensor: TensorSource, output: Int = 0) throws(NodeFailure) {
        guard tensor.count > 0 else {
            knownOutputs[output] = tensor
            return
        }
        do throws(GraphError) {
            finish(try state.define(tensor, named: "\(stem).constant", isWeight: false), output: output)
        } catch { throw failure(error.sentence) }
    }

    /// Makes the first output of a call.
    mutating func finish(_ operation: any Operator, _ operands: ValueID...) throws(NodeFailure) {
        finish(try applyAll(operation, operands)[0])
    }

    /// Makes the outputs of all results of a call.
    mutating func finishAll(_ operation: any Operator, _ operands: [ValueID]) throws(NodeFailure) {
        for (index, value) in try applyAll(operation, operands).enumerated() { finish(value, output: index) }
    }

    /// Binds the outputs' names, and gives the values made for them these names.
    mutating func close() throws(NodeFailure) {
        for attribute in node.attribute where !asked.contains(attribute.name) {
            throw failure("has the attribute '\(attribute.name)', which is not known here")
        }
        var named: Set<ValueID> = []
        for (index, name) in node.output.enumerated() where !name.isEmpty {
            if let tensor = knownOutputs[index] {
                state.scope[name] = .tensor(tensor)
                continue
            }
            guard let value = outputs[index] else {
                state.scope[name] = .missing(
                    "its operand '\(name)' is an output of \(node.opType) that is not computed")
                continue
            }
            state.scope[name] = .value(value)
            // What is read for the first time keeps its own name.
            guard value.index >= firstValue, !node.input.contains(state.editor.graph[value].name),
                named.insert(value).inserted
            else { continue }
            do throws(GraphError) {
                if state.editor.value(named: name) == nil { try state.editor.rename(value, to: name) }
            } catch { throw failure(error.sentence) }
        }
    }
}

extension NodeProto {
    var displayName: String { name.isEmpty ? output.first { !$0.isEmpty } ?? opType : name }
    var displayOperation: String { isDefault(domain) ? opType : "\(domain).\(opType)" }
}

/// Whether a domain is ONNX's own, which has two names.
func isDefault(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

extension GraphError {
    /// What is wrong and what to do, without the place, which is the node.
    var sentence: String { "\(message); \(remedy)" }
}
