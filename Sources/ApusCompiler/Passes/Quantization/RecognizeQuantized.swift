package import ApusGraph

/// Computes layers in integers where a graph says between which integers they stand: operands that were made by dequantize_linear, and a
/// result that goes into quantize_linear.
///
/// Activations are bytes with one scale and zero, weights signed bytes around zero with a scale for each output. What such a layer makes is
/// the sum of the products of codes, which is exact; the activation and a pooling window behind it are computed with it. Everything else
/// stays in f32, between ``Quantize`` and ``Dequantize``.
package struct RecognizeQuantized: Pass {
    public let name = "recognize-quantized"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        guard model.graph.nodes.contains(where: { $0.operation is DequantizeLinear }) else { return model }
        var model = model
        var rewriting = try QuantizedRewriting(model, pass: self)
        for number in model.graph.nodes.indices { try rewriting.visit(number) }
        model.graph = rewriting.finish()
        return model
    }
}

/// A graph that is rewritten node by node, and which of its values have codes.
private struct QuantizedRewriting {
    private let known: QuantizedValues
    private var rewriter: GraphRewriter
    /// The codes of old values of f32, in the new graph.
    private var codes: [ValueID: Codes] = [:]
    /// Old values of bytes that the new graph has as bytes without a sign.
    private var unsigned: [ValueID: Bytes] = [:]
    /// Nodes that a layer before them has computed.
    private var absorbed = Set<Int>()

    private struct Bytes {
        var value: ValueID
        /// The images whose elements, in their order, the bytes are.
        var image: ValueID?
    }

    private struct Codes {
        var bytes: Bytes
        var grid: ByteGrid
    }

    private var graph: Graph { known.graph }

    init(_ model: Model, pass: RecognizeQuantized) throws(PassError) {
        known = QuantizedValues(model)
        rewriter = try GraphRewriter(model.graph, pass: pass)
    }

    func finish() -> Graph { rewriter.finish() }

    mutating func visit(_ number: Int) throws(PassError) {
        guard !absorbed.contains(number) else { return }
        let node = graph.nodes[number]
        if node.operation is QuantizeLinear, try quantize(node) { return }
        if node.operation is DequantizeLinear, try dequantize(node) { return }
        if node.operation.isReshape { try reshape(node) }
        if let layer = layer(node), try compute(layer, number) { return }
        try rewriter.keep(node)
    }

    private mutating func quantize(_ node: Node) throws(PassError) -> Bool {
        let result = node.results[0]
        let type = graph[result].type.elementType
        guard let grid = known.grid(node, codes: type), known.elements(of: node.operands[0]) == nil else {
            return false
        }
        if let known = codes[node.operands[0]], known.grid == grid {
            unsigned[result] = known.bytes
            try keepCodes(node.results, known.bytes.value)
            return true
        }
        let operation = Quantize(scale: grid.scale, zero: grid.zero)
        let x = rewriter[node.operands[0]]
        if type == .u8 {
            try rewriter.replace(node.results, with: operation, [x])
            unsigned[result] = bytes(rewriter[result])
        } else {
            let value = try rewriter.emit(operation, [x], named: graph[result].name)
            unsigned[result] = bytes(value)
            try rewriter.keep(node)
        }
        return true
    }

    private mutating func dequantize(_ node: Node) throws(PassError) -> Bool {
        let source = node.operands[0]
        guard let bytes = unsigned[source], let grid = known.grid(node, codes: graph[source].type.elementType) else {
            return false
        }
        codes[node.results[0]] = Codes(bytes: bytes, grid: grid)
        try rewriter.replace(node.results, with: Dequantize(scale: grid.scale, zero: grid.zero), [bytes.value])
        return true
    }

    /// A value of bytes, which is made of the elements of an image where it isn't one.
    private func bytes(_ value: ValueID, of image: ValueID? = nil) -> Bytes {
        Bytes(value: value, image: rewriter.type(value).rank == 4 ? value : image)
    }

    /// The codes of another shape have that shape too.
    private mutating func reshape(_ node: Node) throws(PassError) {
        guard node.operands.count == 1, let known = codes[node.operands[0]] else { return }
        let result = node.results[0]
        let value = try rewriter.emit(node.operation, [known.bytes.value], named: "\(graph[result].name).codes")
        codes[result] = Codes(bytes: bytes(value, of: known.bytes.image), grid: known.grid)
    }

    /// A convolution of bytes, and how its result is brought into the shape of the layer's.
    private struct Layer {
        var convolution: Convolution2D
        var source: Codes
        var weights: QuantizedValues.Weights
        /// The shape of the weights as those of the convolution.
        var weightShape: [Int]
        var bias: [Int]
        /// Whether the layer's result is rows.
        var isRow: Bool

        /// Whether it can take the greatest of each window.
        var pools: Bool {
            let isDepthwise = convolution.groups > 1 && weightShape[1] == 1 && weightShape[0] == convolution.groups
            return !isRow && !isDepthwise && convolution.stride == [1, 1]
        }
    }

    private func layer(_ node: Node) -> Layer? {
        guard let source = node.operands.first.flatMap({ codes[$0] }), node.operands.count > 1 else { return nil }
        switch node.operation {
        case let convolution as Convolution2D:
            guard let weights = known.weights(node.operands[1], outputs: convolution.filters),
                let shape = graph[node.operands[1]].type.shape,
                let bias = known.bias(
                    node.operands.count > 2 ? node.operands[2] : nil, scales: scales(source, weights))
            else { return nil }
            return Layer(
                convolution: convolution, source: source, weights: weights, weightShape: shape, bias: bias, isRow: false
            )
        case let dense as Dense:
            guard let weights = known.weights(node.operands[1], outputs: dense.units),
                let shape = graph[node.operands[1]].type.shape, shape.count == 2,
                let bias = known.bias(
                    node.operands.count > 2 ? node.operands[2] : nil, scales: scales(source, weights))
            else { return nil }
            // A dense layer of an image's elements is a convolution whose kernel is as large as the image.
            var image = [shape[1], 1, 1]
            if let value = source.bytes.image,
                let own = TensorType(.u8, Array(rewriter.type(value).dimensions.dropFirst())).shape,
                own.reduce(1, *) == shape[1]
            {
                image = own
            }
            let convolution = Convolution2D(filters: dense.units, kernel: Array(image.dropFirst()))
            return Layer(
                convolution: convolution, source: source, weights: weights, weightShape: [shape[0]] + image, bias: bias,
                isRow: true)
        default: return nil
        }
    }

    /// What a step of the sums stands for, in single precision.
    private func scales(_ source: Codes, _ weights: QuantizedValues.Weights) -> [Double] {
        weights.scales.map { Double(Float(source.grid.scale) * Float($0)) }
    }

    /// Emits a layer in place of the node and of what follows it.
    private mutating func compute(_ layer: Layer, _ number: Int) throws(PassError) -> Bool {
        let tail = QuantizedTail(
            after: number, known,
            pools: layer.pools)
        var operation = QuantizedConvolution2D(layer.convolution, sourceZero: layer.source.grid.zero)
        operation.pool = tail.pool
        var scales = scales(layer.source, layer.weights)
        if let grid = tail.grid {
            operation = QuantizedConvolution2D(
                layer.convolution, sourceZero: layer.source.grid.zero, zero: grid.zero, pool: tail.pool)
            scales = scales.map { Double(Float($0) / Float(grid.scale)) }
            limit(&operation, by: tail.activation, step: grid.scale)
        } else {
            operation = QuantizedConvolution2D(
                layer.convolution, sourceZero: layer.source.grid.zero, to: .f32, pool: tail.pool)
            limit(&operation, by: tail.activation, step: 1)
        }
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite && Float($0) >= .leastNormalMagnitude }) else { return false }
        let name = graph[graph.nodes[number].results[0]].name
        let filters = layer.convolution.filters
        let operands = [
            try source(layer, name),
            try constant("\(name).weight", .i8, layer.weightShape, layer.weights.codes),
            try constant("\(name).bias", .i32, [filters], .integers(layer.bias)),
            try constant("\(name).scale", .f32, [filters], .numbers(scales)),
        ]
        absorbed.formUnion(tail.nodes)
        try place(operation, operands, layer, tail)
        return true
    }

    /// What the layer reads: images.
    private mutating func source(_ layer: Layer, _ name: String) throws(PassError) -> ValueID {
        guard layer.isRow else { return layer.source.bytes.value }
        if let image = layer.source.bytes.image,
            TensorType(.u8, Array(rewriter.type(image).dimensions.dropFirst())).shape
                == Array(layer.weightShape.dropFirst())
        {
            return image
        }
        return try rewriter.emit(Unsqueeze(axes: [2, 3]), [layer.source.bytes.value], named: "\(name).source")
    }

    private mutating func constant(
        _ name: String, _ type: ElementType, _ shape: [Int], _ elements: Elements
    ) throws(PassError) -> ValueID {
        try rewriter.addConstant(
            rewriter.freshName(name), TensorType(type, shape.map(Dimension.fixed)), elements: elements)
    }

    /// Keeps values within what an activation lets through, in steps of the result.
    private func limit(_ operation: inout QuantizedConvolution2D, by activation: FusedActivation, step: Double) {
        switch activation {
        case .none: break
        case .relu: operation.minimum = max(operation.minimum, 0)
        case .clip(let minimum, let maximum):
            operation.minimum = min(max(operation.minimum, Double(Float(minimum / step))), operation.maximum)
            operation.maximum = max(min(operation.maximum, Double(Float(maximum / step))), operation.minimum)
        }
    }

    /// Emits the call, and lets it stand for what the last node that it computes made.
    private mutating func place(
        _ operation: QuantizedConvolution2D, _ operands: [ValueID], _ layer: Layer, _ tail: QuantizedTail
    ) throws(PassError) {
        let last = graph.nodes[tail.last].results
        guard let grid = tail.grid else {
            guard layer.isRow else { return try rewriter.replace(last, with: operation, operands) }
            let image = try rewriter.emit(operation, operands, named: "\(graph[last[0]].name).image")
            return try rewriter.replace(last, with: Squeeze(axes: [2, 3]), [image])
        }
        let name = "\(graph[last[0]].name).codes"
        let image = try rewriter.emit(operation, operands, named: name)
        let value = layer.isRow ? try rewriter.emit(Squeeze(axes: [2, 3]), [image], named: name) : image
        if graph[last[0]].type.elementType == .f32 {
            codes[last[0]] = Codes(bytes: bytes(value, of: image), grid: grid)
            try rewriter.replace(last, with: Dequantize(scale: grid.scale, zero: grid.zero), [value])
        } else {
            unsigned[last[0]] = bytes(value, of: image)
            try keepCodes(last, value)
        }
    }

    /// Lets the codes stand for those of the old graph.
    private mutating func keepCodes(_ results: [ValueID], _ value: ValueID) throws(PassError) {
        if graph[results[0]].type.elementType == .u8 { return rewriter.substitute(value, for: results[0]) }
        // Signed ones, for whoever reads them as they are.
        let wide = try rewriter.emit(Cast(to: .i32), [value], named: graph[results[0]].name)
        let moved = try rewriter.emit(Elementwise(.operand(0) - 128), [wide], named: graph[results[0]].name)
        try rewriter.replace(results, with: Cast(to: .i8), [moved])
    }
}
