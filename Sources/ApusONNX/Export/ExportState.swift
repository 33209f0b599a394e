import ApusGraph
import ONNXSchema

/// The nodes that an export makes of a graph, and what they read that no node makes.
struct ExportState {
    let graph: Graph
    private let weights: [String: [Float]]
    /// The version of the operators that nodes are written in.
    let version: Int
    /// The version that they need.
    private(set) var required: Int
    private(set) var nodes: [NodeProto] = []
    private(set) var usesMicrosoft = false
    private var names: Set<String>
    private let valueNames: Set<String>
    /// Tensors of the export's own, by name.
    private(set) var initializers: [TensorProto] = []
    private var constants: [ConstantKey: String] = [:]
    /// The parameters and constants of the graph that are the same in the file.
    private var stored: Set<ValueID> = []
    /// Vectors of one element that have the size of a symbol.
    var symbols: [String: String] = [:]
    private let parameters: Set<ValueID>
    private let elements: [ValueID: Elements]
    private let readers: [Int]

    /// The oldest operators that are written: older ones lack layer norm.
    static let baseVersion = 17

    private struct ConstantKey: Hashable {
        var type: ElementType
        var shape: [Int]
        var elements: Elements
    }

    init(_ model: Model, version: Int) {
        graph = model.graph
        weights = model.weights
        self.version = version
        required = version
        valueNames = Set(graph.values.map(\.name))
        names = valueNames
        parameters = Set(graph.parameters.map(\.value))
        elements = Dictionary(
            graph.constants.map { ($0.value, $0.elements) }, uniquingKeysWith: { first, _ in first })
        var readers = [Int](repeating: 0, count: graph.values.count)
        for node in graph.nodes { for operand in node.operands { readers[operand.index] += 1 } }
        for output in graph.outputs { readers[output.index] += 1 }
        self.readers = readers
    }

    mutating func requires(_ version: Int) { required = max(required, version) }

    /// Whether a node or an output reads the value.
    func isRead(_ value: ValueID) -> Bool { readers[value.index] > 0 }

    /// `stem`, or where that is taken `stem.2`, and so on.
    mutating func freshName(_ stem: String) -> String {
        let name = GraphEditor.freshName(stem) { names.contains($0) }
        names.insert(name)
        return name
    }

    mutating func append(_ node: NodeProto) {
        if node.domain == OperatorEntry.Domain.microsoft.rawValue { usesMicrosoft = true }
        nodes.append(node)
    }

    /// Puts other nodes in the place of all.
    mutating func replaceNodes(_ others: [NodeProto]) { nodes = others }

    /// Gives the result of the last node another name; false where it is another node's, or has the name of a value of the graph.
    mutating func renameLast(_ name: String, to newName: String) -> Bool {
        guard let last = nodes.indices.last, nodes[last].output == [name], !valueNames.contains(name) else {
            return false
        }
        nodes[last].output[0] = newName
        return true
    }

    // MARK: What no node makes

    /// The name of a value. Parameters and constants are written once something reads them.
    mutating func name(_ value: ValueID) -> String {
        if parameters.contains(value) || elements[value] != nil { stored.insert(value) }
        return graph[value].name
    }

    /// The elements of a parameter or constant of single precision; nil for what is computed.
    func known(_ value: ValueID) -> [Float]? {
        if let elements = elements[value] { return elements.doubles.map(Float.init) }
        return parameters.contains(value) ? weights[graph[value].name] : nil
    }

    /// The name of a constant of the export's own. Equal ones are one.
    mutating func constant(_ tensor: Tensor) -> String {
        let key = ConstantKey(type: tensor.elementType, shape: tensor.shape, elements: tensor.data)
        if let name = constants[key] { return name }
        let name = freshName("constant")
        initializers.append(TensorProto(tensor, named: name))
        constants[key] = name
        return name
    }

    /// The name of other weights that take the place of a parameter: its own where nobody else reads that.
    mutating func weights(_ elements: [Float], shape: [Int], inPlaceOf value: ValueID) -> String {
        let own = graph[value].name
        let name = readers[value.index] == 1 ? own : freshName("\(own).reordered")
        initializers.append(TensorProto(elements, shape: shape, named: name))
        return name
    }

    /// All tensors that are read.
    func allInitializers() throws(NodeFailure) -> [TensorProto] {
        var tensors: [TensorProto] = []
        for parameter in graph.parameters where stored.contains(parameter.value) {
            let value = graph[parameter.value]
            guard let weights = weights[value.name], let shape = value.type.shape else {
                throw NodeFailure(node: value.name, operation: "parameter", reason: "it has no weights")
            }
            tensors.append(
                value.type.elementType == .f32
                    ? TensorProto(weights, shape: shape, named: value.name)
                    : TensorProto(
                        Tensor(value.type.elementType, shape: shape, elements: weights.map(Double.init)),
                        named: value.name))
        }
        for constant in graph.constants where stored.contains(constant.value) && !isNode(constant) {
            tensors.append(message(constant))
        }
        return tensors + initializers
    }

    /// Constants of numbers that a tool would take for weights if they were stored like them.
    func constantNodes() -> [NodeProto] {
        graph.constants.filter { stored.contains($0.value) && isNode($0) }.map { constant in
            NodeProto.with {
                let name = graph[constant.value].name
                $0.name = name
                $0.opType = "Constant"
                $0.output = [name]
                $0.attribute = [ExportAttribute.tensor(tensor(constant)).message("value")]
            }
        }
    }

    private func isNode(_ constant: Constant) -> Bool {
        graph[constant.value].type.elementType == .f32 && constant.elements.count > 1
    }

    private func tensor(_ constant: Constant) -> Tensor {
        let type = graph[constant.value].type
        return Tensor(type.elementType, shape: type.shape ?? [], data: constant.elements)
    }

    private func message(_ constant: Constant) -> TensorProto {
        TensorProto(tensor(constant), named: graph[constant.value].name)
    }
}
