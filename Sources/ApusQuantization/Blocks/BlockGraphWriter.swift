import ApusGraph

/// Copies a float graph node by node, with codes for the weights of some dense layers.
struct BlockGraphWriter {
    private let float: FloatModel
    private var editor: GraphEditor
    private var weights: [String: [Float]] = [:]
    /// What stands in the new graph for values of the old.
    private var images: [ValueID: ValueID] = [:]

    /// - Parameter codes: of layers, by their numbers.
    static func model(_ float: FloatModel, codes: [Int: BlockCodes]) throws(GraphError) -> Model {
        var writer = BlockGraphWriter(float)
        return try writer.written(codes)
    }

    private init(_ float: FloatModel) {
        self.float = float
        editor = GraphEditor(name: float.graph.name)
    }

    private mutating func written(_ codes: [Int: BlockCodes]) throws(GraphError) -> Model {
        let graph = float.graph
        for input in graph.inputs { images[input] = try editor.addInput(graph[input].name, graph[input].type) }
        var layers: [Int: ValueID] = [:]
        for (number, codes) in codes.sorted(by: { $0.key < $1.key }) {
            let node = graph.nodes[float.layers[number].node]
            layers[float.layers[number].node] = try add(codes, for: node.operands[1])
        }
        try addFixedValues(readBy: { number, node in
            layers[number] == nil ? node.operands : [node.operands[0]] + node.operands.dropFirst(2)
        })
        for (number, node) in graph.nodes.enumerated() {
            var operands = node.operands.compactMap { images[$0] }
            if let weight = layers[number] {
                operands = [images[node.operands[0]], weight].compactMap { $0 }
                operands += node.operands.dropFirst(2).compactMap { images[$0] }
            }
            let results = try editor.apply(
                node.operation, to: operands, names: node.results.map { graph[$0].name })
            for (old, new) in zip(node.results, results) { images[old] = new }
        }
        for output in graph.outputs { if let image = images[output] { editor.addOutput(image) } }
        var model = float.model
        model.graph = editor.graph.compacted()
        model.weights = weights
        return model
    }

    /// The parameters and constants that are read as they are.
    private mutating func addFixedValues(readBy operands: (Int, Node) -> [ValueID]) throws(GraphError) {
        let graph = float.graph
        var read = Set(graph.outputs)
        for (number, node) in graph.nodes.enumerated() { read.formUnion(operands(number, node)) }
        for parameter in graph.parameters where read.contains(parameter.value) {
            let value = graph[parameter.value]
            // Where a layer that has codes now had it too, that has its name.
            let name = editor.nextName(value.name)
            images[parameter.value] = try editor.addParameter(
                name, value.type, role: parameter.role, isFixed: parameter.isFixed,
                initializer: parameter.initializer)
            weights[name] = float.model.weights[value.name]
        }
        for constant in graph.constants where read.contains(constant.value) {
            let name = editor.nextName(graph[constant.value].name)
            images[constant.value] = try editor.addConstant(
                name, graph[constant.value].type, elements: constant.elements)
        }
    }

    /// What the codes of a weight stand for, which has its name.
    private mutating func add(_ codes: BlockCodes, for weight: ValueID) throws(GraphError) -> ValueID {
        let name = editor.nextName(float.graph[weight].name)
        let type = float.graph[weight].type
        let constant = try editor.addConstant(
            editor.nextName("\(name).codes"), TensorType(.i8, type.dimensions), elements: .integers(codes.codes))
        let outputs = type.dimensions[0].number ?? 1
        let scale = try editor.addConstant(
            editor.nextName("\(name).scale"), TensorType(.f32, shape: [outputs, codes.scales.count / outputs]),
            elements: .numbers(codes.scales.map(Double.init)))
        return try editor.apply(DequantizeLinear(block: BlockCodes.block), to: [constant, scale], names: [name])[0]
    }
}
