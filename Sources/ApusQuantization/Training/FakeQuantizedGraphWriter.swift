import ApusGraph
import Glibc

/// Copies a float graph node by node, with fake_quantize where the placement says that there are codes, and behind weights.
struct FakeQuantizedGraphWriter {
    private let float: FloatModel
    private let placement: Placement
    private let scales: [CodeScale]
    private var editor: GraphEditor
    private var weights: [String: [Float]] = [:]
    /// What readers of a value read in the new graph.
    private var images: [ValueID: ValueID] = [:]
    /// The points whose codes values get.
    private var points: [ValueID: Int] = [:]
    /// The scales of points of one kind, by the first of them.
    private var groupScales: [Int: (value: ValueID, parameter: String)] = [:]
    /// What layers read of a weight.
    private var roundedWeights: [ValueID: ValueID] = [:]

    /// For each point, the parameter that its scale is made of.
    private(set) var pointScales: [String] = []
    /// The same for weights.
    private(set) var weightScales: [ValueID: String] = [:]

    init(_ float: FloatModel, _ placement: Placement, scales: [CodeScale]) throws(GraphError) {
        self.float = float
        self.placement = placement
        self.scales = scales
        editor = GraphEditor(name: float.graph.name)
        for input in float.graph.inputs {
            images[input] = try editor.addInput(float.graph[input].name, float.graph[input].type)
        }
        try addFixedValues()
        for (point, group) in placement.groups.enumerated() {
            pointScales.append(try scale(ofGroup: group).parameter)
            points[place(of: placement.points[point])] = point
        }
        for input in float.graph.inputs { try round(input) }
    }

    /// The value behind which codes are put: the greatest of some codes is the code of the greatest, so a max-pool may come before.
    /// Fewer numbers are rounded then, and the pool's gradient goes to the greatest number, not to the first of those with its code.
    private func place(of point: ValueID) -> ValueID {
        let readers = float.graph.consumers()
        var place = point
        while let reader = readers[place.index].first, readers[place.index].count == 1,
            float.graph.nodes[reader].operation is MaxPool2D, !float.graph.outputs.contains(place)
        {
            place = float.graph.nodes[reader].results[0]
        }
        return place
    }

    /// The parameters and constants; of layers in 8 bits all weights are trained.
    private mutating func addFixedValues() throws(GraphError) {
        let graph = float.graph
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            images[parameter.value] = try editor.addParameter(
                value.name, value.type, role: parameter.role,
                isFixed: parameter.isFixed || parameter.role == .statistic, initializer: parameter.initializer)
            weights[value.name] = float.model.weights[value.name]
        }
        for layer in placement.layers.sorted().map({ float.layers[$0] }) {
            let operands = graph.nodes[layer.node].operands.dropFirst()
            for (value, numbers) in zip(operands, [layer.weight, layer.bias ?? []]) where images[value] == nil {
                images[value] = try editor.addParameter(
                    graph[value].name, graph[value].type, initializer: .constant(0))
                weights[graph[value].name] = numbers
            }
        }
        for constant in graph.constants where images[constant.value] == nil {
            images[constant.value] = try editor.addConstant(
                graph[constant.value].name, graph[constant.value].type, elements: constant.elements)
        }
    }

    /// The whole model.
    mutating func finished() throws(GraphError) -> Model {
        let layers = Dictionary(
            uniqueKeysWithValues: placement.layers.map { (float.layers[$0].node, float.layers[$0]) })
        for (number, node) in float.graph.nodes.enumerated() {
            var operands = node.operands.compactMap { images[$0] }
            if let layer = layers[number] { operands[1] = try roundedWeight(of: layer, node.operands[1]) }
            let results = try editor.apply(
                node.operation, to: operands, names: node.results.map { float.graph[$0].name })
            for (old, new) in zip(node.results, results) {
                images[old] = new
                try round(old)
            }
        }
        for output in float.graph.outputs { if let image = images[output] { editor.addOutput(image) } }
        var model = float.model
        model.graph = editor.graph.compacted()
        model.weights = weights
        return model
    }

    /// Has the readers of a value that gets codes read what they stand for.
    private mutating func round(_ value: ValueID) throws(GraphError) {
        guard let point = points[value], let image = images[value] else { return }
        let name = float.graph[value].name
        // An output keeps its name, and is what others read of it.
        if float.graph.outputs.contains(value), !float.graph.inputs.contains(value) {
            try editor.rename(image, to: editor.nextName("\(name).unrounded"))
        }
        let read = editor.nextName(editor.value(named: name) == nil ? name : "\(name).rounded")
        let scale = try scale(ofGroup: placement.groups[point]).value
        images[value] = try editor.apply(
            FakeQuantize(zero: scales[point].zeroPoint, maximum: CodeScale.lastCode), to: [image, scale], names: [read])[
                0]
    }

    /// The scale that some points have in common.
    private mutating func scale(ofGroup group: Int) throws(GraphError) -> (value: ValueID, parameter: String) {
        if let known = groupScales[group] { return known }
        let made = try addScale(of: float.graph[placement.points[group]].name, [], [scales[group].scale])
        groupScales[group] = made
        return made
    }

    /// A scale above zero, of these numbers to begin with.
    private mutating func addScale(
        of name: String, _ shape: [Int], _ numbers: [Float]
    ) throws(GraphError) -> (value: ValueID, parameter: String) {
        let parameter = editor.nextName("\(name).log_scale")
        let logarithm = try editor.addParameter(parameter, TensorType(.f32, shape: shape), initializer: .constant(0))
        weights[parameter] = numbers.map { Float(log(Double($0))) }
        return (try editor.emit(Exponential(), [logarithm], named: "\(name).scale"), parameter)
    }

    /// The weight of a layer as the numbers that its codes stand for. Layers that share a weight share its scales.
    private mutating func roundedWeight(of layer: Layer, _ weight: ValueID) throws(GraphError) -> ValueID {
        if let known = roundedWeights[weight] { return known }
        guard let image = images[weight] else { return weight }
        let name = float.graph[weight].name
        let rank = float.graph[weight].type.rank
        let codes = WeightCodes(layer, inputScale: 1)
        let (scale, parameter) = try addScale(of: name, [layer.outputs], codes.scales)
        let along = try editor.emit(
            Reshape(shape: [layer.outputs] + Array(repeating: 1, count: rank - 1)), [scale], named: "\(name).steps")
        let rounded = try editor.emit(
            FakeQuantize(minimum: -WeightCodes.largestCode, maximum: WeightCodes.largestCode), [image, along],
            named: "\(name).rounded")
        roundedWeights[weight] = rounded
        weightScales[weight] = parameter
        return rounded
    }
}
