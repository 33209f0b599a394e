import ApusGraph

/// A convolution of bytes, and how its result is brought into the shape of the layer's.
private struct QuantizedLayer {
    var convolution: Convolution2D
    var source: Codes
    var weights: QuantizedValues.Weights
    /// The shape of the weights as those of the convolution.
    var weightShape: [Int]
    var bias: [Int]
    /// Whether the layer's result is rows.
    var isRow: Bool

    /// What can be computed with it.
    var abilities: QuantizedTail.Abilities {
        if isRow { return [] }
        let isDepthwise = convolution.groups > 1 && weightShape[1] == 1 && weightShape[0] == convolution.groups
        return isDepthwise || convolution.stride != [1, 1] ? [.adds] : [.adds, .pools]
    }

    /// What a step of the sums stands for, in single precision.
    static func scales(_ source: Codes, _ weights: QuantizedValues.Weights) -> [Double] {
        weights.scales.map { Double(Float(source.grid.scale) * Float($0)) }
    }
}

// Convolutions and dense layers.
extension QuantizedRewriting {
    mutating func takeLayer(_ number: Int) throws(PassError) -> Bool {
        guard let layer = layer(graph.nodes[number]) else { return false }
        let tail = tail(after: number, layer.abilities)
        // What a number of f32 is divided by to be one of the result.
        let step = tail.grid?.scale ?? 1
        let scales = QuantizedLayer.scales(layer.source, layer.weights).map { Double(Float($0) / Float(step)) }
        guard scales.allSatisfy({ $0 > 0 && $0.isFinite && Float($0) >= .leastNormalMagnitude }) else { return false }
        var operation = QuantizedConvolution2D(
            layer.convolution, sourceZero: layer.source.grid.zero, result: tail.result, pool: tail.pool)
        let name = graph[graph.nodes[number].results[0]].name
        let filters = layer.convolution.filters
        var operands = [
            try source(layer, name),
            try constant("\(name).weight", .i8, layer.weightShape, layer.weights.codes),
            try constant("\(name).bias", .i32, [filters], .integers(layer.bias)),
            try constant("\(name).scale", .f32, [filters], .numbers(scales)),
        ]
        if let value = tail.addend, let addend = codes[value] {
            operation.addend = .init(
                zero: addend.grid.zero, scale: Double(Float(addend.grid.scale) / Float(step)))
            operands.append(addend.bytes.value)
        }
        try place(operation, operands, layer, tail)
        return true
    }

    private func layer(_ node: Node) -> QuantizedLayer? {
        guard let source = node.operands.first.flatMap({ codes[$0] }), node.operands.count > 1 else { return nil }
        switch node.operation {
        case let convolution as Convolution2D:
            guard let weights = known.weights(node.operands[1], outputs: convolution.filters),
                let shape = graph[node.operands[1]].type.shape, let bias = bias(node, source, weights)
            else { return nil }
            return QuantizedLayer(
                convolution: convolution, source: source, weights: weights, weightShape: shape, bias: bias,
                isRow: false)
        case let dense as Dense:
            guard let weights = known.weights(node.operands[1], outputs: dense.units),
                let shape = graph[node.operands[1]].type.shape, shape.count == 2,
                let bias = bias(node, source, weights)
            else { return nil }
            // A dense layer of an image's elements is a convolution whose kernel is as large as the image.
            var image = [shape[1], 1, 1]
            if let own = self.shape(source.bytes.image), own.reduce(1, *) == shape[1] { image = own }
            let convolution = Convolution2D(filters: dense.units, kernel: Array(image.dropFirst()))
            return QuantizedLayer(
                convolution: convolution, source: source, weights: weights, weightShape: [shape[0]] + image,
                bias: bias, isRow: true)
        default: return nil
        }
    }

    private func bias(_ node: Node, _ source: Codes, _ weights: QuantizedValues.Weights) -> [Int]? {
        known.bias(
            node.operands.count > 2 ? node.operands[2] : nil, scales: QuantizedLayer.scales(source, weights))
    }

    /// Channels, height and width of images of the new graph.
    private func shape(_ images: ValueID?) -> [Int]? {
        images.flatMap { TensorType(.u8, Array(rewriter.type($0).dimensions.dropFirst())).shape }
    }

    /// What the layer reads: images.
    private mutating func source(_ layer: QuantizedLayer, _ name: String) throws(PassError) -> ValueID {
        guard layer.isRow else { return layer.source.bytes.value }
        if let image = layer.source.bytes.image, shape(image) == Array(layer.weightShape.dropFirst()) { return image }
        return try rewriter.emit(Unsqueeze(axes: [2, 3]), [layer.source.bytes.value], named: "\(name).source")
    }

    /// Emits the call, and lets it stand for what the last node that it computes made.
    private mutating func place(
        _ operation: QuantizedConvolution2D, _ operands: [ValueID], _ layer: QuantizedLayer, _ tail: QuantizedTail
    ) throws(PassError) {
        let last = graph.nodes[tail.last].results
        guard let grid = tail.grid else {
            absorb(tail.nodes)
            guard layer.isRow else { return try rewriter.replace(last, with: operation, operands) }
            let image = try rewriter.emit(operation, operands, named: "\(graph[last[0]].name).image")
            return try rewriter.replace(last, with: Squeeze(axes: [2, 3]), [image])
        }
        let name = "\(graph[last[0]].name).codes"
        let image = try rewriter.emit(operation, operands, named: name)
        let value = layer.isRow ? try rewriter.emit(Squeeze(axes: [2, 3]), [image], named: name) : image
        try place(bytes(value, of: image), grid, at: tail)
    }
}
