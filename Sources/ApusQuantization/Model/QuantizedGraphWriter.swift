import ApusGraph

/// Copies a float graph node by node, with codes where the placement says so.
struct QuantizedGraphWriter {
    private let float: FloatModel
    private let placement: Placement
    /// Those that are known before, by the nodes of layers.
    private let weightScales: [Int: [Float]]
    private let means: [String: [Double]]
    private let form: QuantizedModel.Form
    private let scales: [ValueID: CodeScale]
    private var editor: GraphEditor
    private var weights: [String: [Float]] = [:]
    /// What readers of a value read in the new graph.
    private var images: [ValueID: ValueID] = [:]
    /// The scale of the codes that a value has, through what only moves elements.
    private var codeScales: [ValueID: CodeScale] = [:]
    private var names: [String: String] = [:]

    init(
        _ float: FloatModel, _ placement: Placement, scales: [CodeScale], weightScales: [Int: [Float]],
        means: [String: [Double]], form: QuantizedModel.Form
    ) throws(GraphError) {
        self.float = float
        self.placement = placement
        self.weightScales = Dictionary(
            uniqueKeysWithValues: weightScales.map { (float.layers[$0.key].node, $0.value) })
        self.means = means
        self.form = form
        self.scales = Dictionary(uniqueKeysWithValues: zip(placement.points, scales))
        editor = GraphEditor(name: float.graph.name)
        for input in float.graph.inputs {
            images[input] = try editor.addInput(float.graph[input].name, float.graph[input].type)
        }
        try addFixedValues()
        for input in float.graph.inputs { try quantize(input) }
    }

    /// The parameters and constants that are read as they are.
    private mutating func addFixedValues() throws(GraphError) {
        let graph = float.graph
        let quantized = Set(placement.layers.map { float.layers[$0].node })
        var read = Set(graph.outputs)
        for (number, node) in graph.nodes.enumerated() {
            read.formUnion(quantized.contains(number) ? node.operands.prefix(1) : node.operands[...])
        }
        for parameter in graph.parameters where read.contains(parameter.value) {
            let value = graph[parameter.value]
            images[parameter.value] = try editor.addParameter(
                value.name, value.type, role: parameter.role, isFixed: parameter.isFixed,
                initializer: parameter.initializer)
            weights[value.name] = float.model.weights[value.name]
        }
        for constant in graph.constants where read.contains(constant.value) {
            images[constant.value] = try editor.addConstant(
                graph[constant.value].name, graph[constant.value].type, elements: constant.elements)
        }
    }

    /// The whole model, and where its values are in it.
    mutating func finished() throws(GraphError) -> (Model, [String: String]) {
        let layers = Dictionary(
            uniqueKeysWithValues: placement.layers.map { (float.layers[$0].node, float.layers[$0]) })
        for (number, node) in float.graph.nodes.enumerated() {
            var (operation, operands) = (node.operation, node.operands.compactMap { images[$0] })
            if let layer = layers[number] {
                (operation, operands) = try quantized(layer, node)
            }
            let results = try editor.apply(
                operation, to: operands, names: node.results.map { float.graph[$0].name })
            for (old, new) in zip(node.results, results) {
                images[old] = new
                try quantize(old)
                // What has no codes of its own has its operand's.
                if codeScales[old] == nil, let first = node.operands.first { codeScales[old] = codeScales[first] }
            }
        }
        for output in float.graph.outputs { if let image = images[output] { editor.addOutput(image) } }
        var model = float.model
        model.graph = editor.graph.compacted()
        model.weights = weights
        return (model, names)
    }

    /// Puts codes behind a value where it becomes such, and has its readers read what they stand for.
    private mutating func quantize(_ value: ValueID) throws(GraphError) {
        guard let scale = scales[value], let image = images[value] else { return }
        let name = float.graph[value].name
        let isInput = float.graph.inputs.contains(value)
        // An output keeps its name, and is what others read of it.
        if float.graph.outputs.contains(value), !isInput {
            try editor.rename(image, to: editor.nextName("\(name).unquantized"))
        }
        let step = try editor.addConstant(
            editor.nextName("\(name).scale"), TensorType(.f32, []), elements: .numbers([Double(scale.scale)]))
        let zero = try editor.addConstant(
            editor.nextName("\(name).zero_point"), TensorType(.u8, []), elements: .integers([scale.zeroPoint]))
        let codes = try editor.emit(QuantizeLinear(), [image, step, zero], named: "\(name).codes")
        let read = editor.nextName(editor.value(named: name) == nil ? name : "\(name).dequantized")
        images[value] = try editor.apply(DequantizeLinear(), to: [codes, step, zero], names: [read])[0]
        if read != name { names[name] = read }
        codeScales[value] = scale
    }

    /// A layer with whole numbers for weights.
    private mutating func quantized(_ layer: Layer, _ node: Node) throws(GraphError) -> (any Operator, [ValueID]) {
        let inputScale = codeScales[layer.input]?.scale ?? 1
        var codes = WeightCodes(layer, inputScale: inputScale, trained: weightScales[layer.node])
        if let mean = means[float.graph[layer.input].name] {
            let correction = BiasCorrection.correction(layer, codes, mean: mean)
            codes = WeightCodes(
                layer, inputScale: inputScale, correction: correction, trained: weightScales[layer.node])
        }
        var operation = node.operation
        if codes.bias != nil {
            switch operation {
            case var convolution as Convolution2D:
                convolution.bias = true
                operation = convolution
            case var dense as Dense:
                dense.bias = true
                operation = dense
            default: break
            }
        }
        let type = float.graph[node.operands[1]].type
        var operands = [images[layer.input]].compactMap { $0 }
        operands.append(
            try add(
                node.operands.dropFirst().first, "\(layer.name).weight", .i8, type, codes.weight, codes.scales,
                codes.weights(rowLength: layer.rowLength)))
        if let bias = codes.bias, let numbers = codes.biases {
            operands.append(
                try add(
                    node.operands.dropFirst(2).first, "\(layer.name).bias", .i32,
                    TensorType(.f32, shape: [layer.outputs]), bias, codes.biasScales, numbers))
        }
        return (operation, operands)
    }

    /// Whole numbers with a scale for each output, as numbers.
    ///
    /// - Parameters:
    ///   - old: the value that has its name, where there is one.
    ///   - stem: the name otherwise.
    private mutating func add(
        _ old: ValueID?, _ stem: String, _ elementType: ElementType, _ type: TensorType, _ codes: [Int],
        _ scales: [Float], _ numbers: [Float]
    ) throws(GraphError) -> ValueID {
        let name = editor.nextName(old.map { float.graph[$0].name } ?? stem)
        if form == .simulated {
            weights[name] = numbers
            return try editor.addParameter(name, type, initializer: .constant(0))
        }
        let constant = try editor.addConstant(
            editor.nextName("\(name).codes"), TensorType(elementType, type.dimensions), elements: .integers(codes))
        let scale = try editor.addConstant(
            editor.nextName("\(name).scale"), TensorType(.f32, shape: [scales.count]),
            elements: .numbers(scales.map(Double.init)))
        return try editor.apply(DequantizeLinear(axis: 0), to: [constant, scale], names: [name])[0]
    }
}
