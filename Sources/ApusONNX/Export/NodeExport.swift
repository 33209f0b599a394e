import ApusGraph
import ONNXSchema

/// One call of a graph while it becomes nodes of ONNX: what an ``ExportEntry`` works with.
struct NodeExport {
    let node: Node
    var state: ExportState

    init(_ node: Node, state: ExportState) {
        self.node = node
        self.state = state
    }

    /// What to throw where ONNX can't say the call.
    func failure(_ reason: String) -> NodeFailure {
        NodeFailure(node: result(), operation: node.operation.name, reason: reason)
    }

    /// The version of the operators that nodes are written in.
    var version: Int { state.version }

    /// Says that the nodes need a version of the operators.
    mutating func requires(_ version: Int) { state.requires(version) }

    // MARK: Operands and results

    var operandCount: Int { node.operands.count }

    /// The name of an operand.
    mutating func operand(_ index: Int = 0) -> String { state.name(node.operands[index]) }

    /// The names of all operands.
    mutating func operands() -> [String] { node.operands.map { state.name($0) } }

    /// The name of an operand, or none where there are fewer.
    mutating func optionalOperand(_ index: Int) -> String { index < operandCount ? operand(index) : "" }

    func type(_ operand: Int = 0) -> TensorType { state.graph[node.operands[operand]].type }
    func rank(_ operand: Int = 0) -> Int { type(operand).rank }
    func elementType(_ operand: Int = 0) -> ElementType { type(operand).elementType }

    func result(_ index: Int = 0) -> String { state.graph[node.results[index]].name }
    func resultType(_ index: Int = 0) -> TensorType { state.graph[node.results[index]].type }

    /// The name of a result; none where nobody reads it.
    func optionalResult(_ index: Int) -> String { state.isRead(node.results[index]) ? result(index) : "" }

    /// The dimensions behind the first two.
    func extents() throws(NodeFailure) -> [Int] { try numbers(Array(type().dimensions.dropFirst(2))) }

    /// Dimensions that must be numbers.
    func numbers(_ dimensions: [Dimension]) throws(NodeFailure) -> [Int] {
        let numbers = dimensions.compactMap(\.number)
        guard numbers.count == dimensions.count else {
            throw failure("its dimensions \(dimensions.map(\.description)) have symbols in them, and must be numbers")
        }
        return numbers
    }

    /// An axis counted from the front.
    func axis(_ axis: Int, rank: Int? = nil) -> Int { axis < 0 ? axis + (rank ?? self.rank()) : axis }

    // MARK: Nodes

    /// Emits a node with one result, and gives its name.
    mutating func emit(_ type: String, _ inputs: [String], _ attributes: ExportAttributes = [:]) -> String {
        let name = state.freshName("\(result()).\(type.lowercased())")
        add(type, inputs, [name], attributes)
        return name
    }

    /// Emits a node with several results, which it names where they are wanted.
    mutating func emitAll(
        _ type: String, _ inputs: [String], wanted: [Bool], _ attributes: ExportAttributes = [:]
    ) -> [String] {
        let names = wanted.map { $0 ? state.freshName("\(result()).\(type.lowercased())") : "" }
        add(type, inputs, names, attributes)
        return names
    }

    /// Emits the node whose results are those of the call.
    mutating func finish(
        _ type: String, _ inputs: [String], _ attributes: ExportAttributes = [:],
        domain: OperatorEntry.Domain = .standard
    ) {
        add(type, inputs, node.results.map { state.graph[$0].name }, attributes, domain: domain)
    }

    /// Says which value a result is.
    mutating func finish(_ value: String, result index: Int = 0) {
        if state.renameLast(value, to: result(index)) { return }
        add("Identity", [value], [result(index)])
    }

    private mutating func add(
        _ type: String, _ inputs: [String], _ outputs: [String], _ attributes: ExportAttributes = [:],
        domain: OperatorEntry.Domain = .standard
    ) {
        // What is left out at the end is not written.
        let inputCount = (inputs.lastIndex { !$0.isEmpty } ?? -1) + 1
        let outputCount = (outputs.lastIndex { !$0.isEmpty } ?? -1) + 1
        state.append(
            NodeProto.with {
                $0.name = outputs.first { !$0.isEmpty } ?? type
                $0.opType = type
                $0.domain = domain.rawValue
                $0.input = Array(inputs.prefix(inputCount))
                $0.output = Array(outputs.prefix(outputCount))
                $0.attribute = attributes.map { $1.message($0) }
            })
    }

    // MARK: Constants and common nodes

    mutating func constant(_ tensor: Tensor) -> String { state.constant(tensor) }

    /// A vector of i64.
    mutating func vector(_ integers: [Int]) -> String {
        constant(Tensor(.i64, shape: [integers.count], integers: integers))
    }

    mutating func scalar(_ number: Double, _ type: ElementType) -> String {
        constant(Tensor(.f64, shape: [], elements: [number]).converted(to: type))
    }

    mutating func cast(_ value: String, to type: ElementType) -> String { emit("Cast", [value], ["to": .type(type)]) }

    mutating func transpose(_ value: String, _ permutation: [Int]) -> String {
        emit("Transpose", [value], ["perm": .ints(permutation)])
    }

    /// The operand as i64 where it is of another integer type than the two that ONNX knows for indices.
    mutating func indices(_ index: Int) -> String {
        [.i32, .i64].contains(elementType(index)) ? operand(index) : cast(operand(index), to: .i64)
    }

    /// The operand as i64, as shapes are.
    mutating func shapeOperand(_ index: Int) -> String {
        elementType(index) == .i64 ? operand(index) : cast(operand(index), to: .i64)
    }
}
