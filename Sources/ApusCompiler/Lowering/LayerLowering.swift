import ApusGraph
import ApusInstructions
import ApusPlan

// Convolutions and dense layers.
extension Lowering {
    /// How a convolution's weights are packed for a source of this block.
    private func packing(
        _ form: PackParameters.Form, _ shape: ConvolutionShape, sourceBlock: Int
    ) -> PackParameters {
        let convolution = shape.convolution
        var parameters = PackParameters(
            form: form, outputs: convolution.filters, inputs: shape.channels, outputBlock: lanes,
            inputBlock: sourceBlock)
        parameters.kernelHeight = Int32(convolution.kernel[0])
        parameters.kernelWidth = Int32(convolution.kernel[1])
        parameters.groups = Int32(convolution.groups)
        let (reads, makes) =
            form == .transposed ? (convolution.filters, shape.channels) : (shape.channels, convolution.filters)
        let fills =
            (reads / convolution.groups).isMultiple(of: sourceBlock)
            && (makes / convolution.groups).isMultiple(of: lanes)
        parameters.groupedBlocks = convolution.groups > 1 && fills ? 1 : 0
        return parameters
    }

    /// The parameters that forward convolution and weight gradient share.
    private func convolutionParameters(
        _ shape: ConvolutionShape, packing: PackParameters, source: ImageLayout, destination: ImageLayout
    ) -> ConvolutionParameters {
        let convolution = shape.convolution
        var parameters = ConvolutionParameters(source: source, destination: destination)
        parameters.kernelHeight = Int32(convolution.kernel[0])
        parameters.kernelWidth = Int32(convolution.kernel[1])
        parameters.strideY = Int32(convolution.stride[0])
        parameters.strideX = Int32(convolution.stride[1])
        parameters.dilationY = Int32(convolution.dilation[0])
        parameters.dilationX = Int32(convolution.dilation[1])
        parameters.padTop = Int32(shape.geometry.padTop)
        parameters.padLeft = Int32(shape.geometry.padLeft)
        parameters.outputHeight = Int32(shape.geometry.outputHeight)
        parameters.outputWidth = Int32(shape.geometry.outputWidth)
        setGroups(&parameters, packing: packing)
        return parameters
    }

    private func setGroups(_ parameters: inout ConvolutionParameters, packing: PackParameters) {
        let parts = packing.groupedBlocks == 1 ? Int(packing.groups) : 1
        parameters.inputBlocks = Int32(parameters.source.blocks / parts)
        parameters.outputBlocks = Int32(parameters.destination.blocks / parts)
    }

    mutating func lowerConvolution(_ node: Node, _ operation: FusedConvolution2D) throws(LoweringError) {
        switch algorithms[node.results[0]] {
        case .winograd(let tile): return try lowerWinogradConvolution(node, operation, tile: tile)
        case .winogradRows: return try lowerWinogradRows(node, operation)
        case .direct: break
        }
        let shape = ConvolutionShape(operation.convolution, source: graph[node.operands[0]].type)
        if !layouts.isBlocked(node.results[0]) {
            return try lowerPlainDepthwise(node, shape, operation.activation)
        }
        let source = try borderedOperand(node.operands[0], border: shape.sourceBorder, blocked: shape.isDepthwise)
        let packing = packing(
            shape.isDepthwise ? .depthwise : .forward, shape, sourceBlock: Int(source.layout.channelBlock))
        let packedWeights = try packedWeights(node.operands[1], packing)
        let bias = operation.convolution.bias ? Place.fixed(try paddedVector(node.operands[2])) : .none
        let result = try makeResult(node.results[0])
        var parameters = convolutionParameters(
            shape, packing: packing, source: source.layout, destination: result.layout)
        parameters.activation = (operation.activation == .relu ? Activation.relu : .none).rawValue
        parameters.poolHeight = Int32(operation.pool?[0] ?? 0)
        parameters.poolWidth = Int32(operation.pool?[1] ?? 0)
        var choice = Place.none
        if operation.choice {
            choice = makeChoice(node.results[1], like: result.layout)
            parameters.choiceStride = Int32(choiceStride(of: result.layout))
        }
        var addend = Place.none
        if operation.addend, let value = node.operands.last {
            let stored = try blockedOperand(value)
            addend = stored.place
            parameters.addend = stored.layout
        }
        emitConvolution(
            [source.place, .fixed(packedWeights), bias, result.place, choice], addend: addend, parameters,
            isDepthwise: shape.isDepthwise, node)
        clearBorder(result, label: graph[node.results[0]].name)
    }

    /// A depthwise convolution between plain pictures.
    private mutating func lowerPlainDepthwise(
        _ node: Node, _ shape: ConvolutionShape, _ activation: FusedActivation
    ) throws(LoweringError) {
        let name = graph[node.results[0]].name
        let source = try readableOperand(node.operands[0])
        let packing = packing(.depthwise, shape, sourceBlock: lanes)
        let packedWeights = try packedWeights(node.operands[1], packing)
        let bias = shape.convolution.bias ? Place.fixed(try paddedVector(node.operands[2])) : .none
        let result = try makeOutput(node.results[0])
        var parameters = convolutionParameters(
            shape, packing: packing, source: source.layout, destination: result.layout)
        parameters.activation = (activation == .relu ? Activation.relu : .none).rawValue
        // One sample's scratch serves all.
        bufferSizes.append(parameters.plainDepthwiseScratchElements(lanes: lanes) * 4)
        bufferNames.append("\(name) strip")
        emit(
            .plainDepthwiseConvolution,
            [source.place, .fixed(packedWeights), bias, result.place, .activation(buffer: bufferSizes.count - 1)],
            parameters, label: name, multiplyAdds: multiplyAdds(of: node))
    }

    private mutating func emitConvolution(
        _ operands: [Place], addend: Place = .none, _ parameters: ConvolutionParameters, isDepthwise: Bool,
        _ node: Node
    ) {
        var parameters = parameters
        if !isDepthwise {
            parameters.tile = CostModel(lanes: lanes).fastestTile(for: parameters)
        }
        emit(
            isDepthwise ? .depthwiseConvolution : .convolution, isDepthwise ? operands : operands + [addend],
            parameters, label: graph[node.results[0]].name, multiplyAdds: multiplyAdds(of: node))
    }

    /// Bytes of the choices of one sample.
    func choiceStride(of layout: ImageLayout) -> Int {
        (layout.blocks * Int(layout.height) * Int(layout.width) * Int(layout.channelBlock)).roundedUp(to: 64)
    }

    mutating func makeChoice(_ value: ValueID, like layout: ImageLayout) -> Place {
        let place = addBuffer(graph[value].name, sampleBytes: choiceStride(of: layout))
        stored[value.index] = Stored(place: place, layout: layout)
        return place
    }

    /// The input gradient is a convolution of the destination gradient, with zeros between its pixels where the stride is
    /// above 1, with the kernel turned by half a turn and its inputs and outputs exchanged.
    mutating func lowerInputGradient(_ node: Node, _ operation: Convolution2DInputGradient) throws(LoweringError) {
        if case .winograd(let tile) = algorithms[node.results[0]] {
            return try lowerWinogradInputGradient(node, operation, tile: tile)
        }
        let shape = ConvolutionShape(operation.convolution, source: graph[node.results[0]].type)
        let name = graph[node.results[0]].name
        var source: Stored
        if operation.convolution.stride == [1, 1] {
            source = try borderedOperand(node.operands[1], border: shape.gradientBorder, blocked: true)
        } else {
            let gradient = try blockedOperand(node.operands[1])
            let (height, width) = shape.spreadSize
            let layout = blockedLayout(
                of: [operation.convolution.filters, height, width], border: shape.gradientBorder)
            source = Stored(
                place: addBuffer("\(name) spread", sampleBytes: Int(layout.sampleStride) * 4), layout: layout)
            emit(
                .spread, [gradient.place, source.place],
                SpreadParameters(
                    source: gradient.layout, destination: layout, strideY: operation.convolution.stride[0],
                    strideX: operation.convolution.stride[1]), label: "\(name) spread")
        }
        let packing = packing(
            shape.isDepthwise ? .depthwiseTransposed : .transposed, shape,
            sourceBlock: Int(source.layout.channelBlock))
        let packedWeights = try packedWeights(node.operands[0], packing)
        let result = try makeResult(node.results[0])
        var parameters = ConvolutionParameters(source: source.layout, destination: result.layout)
        parameters.kernelHeight = Int32(operation.convolution.kernel[0])
        parameters.kernelWidth = Int32(operation.convolution.kernel[1])
        parameters.dilationY = Int32(operation.convolution.dilation[0])
        parameters.dilationX = Int32(operation.convolution.dilation[1])
        parameters.padTop = Int32(shape.gradientPadding.top)
        parameters.padLeft = Int32(shape.gradientPadding.left)
        parameters.outputHeight = Int32(shape.height)
        parameters.outputWidth = Int32(shape.width)
        setGroups(&parameters, packing: packing)
        emitConvolution(
            [source.place, .fixed(packedWeights), .none, result.place, .none], parameters,
            isDepthwise: shape.isDepthwise, node)
        clearBorder(result, label: name)
    }

    mutating func lowerWeightGradient(_ node: Node, _ operation: Convolution2DWeightGradient) throws(LoweringError) {
        if case .winograd(let tile) = algorithms[node.results[0]] {
            return try lowerWinogradWeightGradient(node, operation, tile: tile)
        }
        let shape = ConvolutionShape(operation.convolution, source: graph[node.operands[0]].type)
        let source = try borderedOperand(node.operands[0], border: shape.sourceBorder, blocked: shape.isDepthwise)
        let pooled = pooled[node.operands[1]]
        let gradient = try gradientOperand(node.operands[1])
        let packing = packing(
            shape.isDepthwise ? .depthwise : .forward, shape, sourceBlock: Int(source.layout.channelBlock))
        let weightSum = makeReduction(
            node.results[0], elements: packing.packedElements, form: .unpack(packing))
        let biasSum = makeBiasReduction(node, count: operation.convolution.filters)
        var parameters = convolutionParameters(
            shape, packing: packing, source: source.layout, destination: gradient.layout)
        if let pooled {
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.choiceStride = pooled.choiceStride
        }
        let operands = [source.place, gradient.place, .fixed(weightSum), biasSum]
        emit(
            shape.isDepthwise ? .depthwiseWeightGradient : .convolutionWeightGradient,
            shape.isDepthwise ? operands : operands + [pooled?.choice ?? .none], parameters,
            label: graph[node.results[0]].name, multiplyAdds: multiplyAdds(of: node))
    }

    /// The destination gradient of a convolution as a blocked picture, or as a pool left it where that is what is stored.
    mutating func gradientOperand(_ value: ValueID) throws(LoweringError) -> Stored {
        if let pooled = pooled[value] { return pooled.gradient }
        return try blockedOperand(value)
    }

    mutating func makeBiasReduction(_ node: Node, count: Int) -> Place {
        guard node.results.count > 1 else { return .none }
        return .fixed(
            makeReduction(node.results[1], elements: count.roundedUp(to: lanes), form: .copy(count: count)))
    }

    // MARK: Dense layers

    /// What a dense layer reads: a row, or a picture of whole blocks.
    private mutating func denseSource(_ value: ValueID) throws(LoweringError) -> Stored {
        let source = try made(value)
        return source.layout.hasWholeBlocks(lanes: lanes) ? source : try readableOperand(value)
    }

    /// How a dense layer's weights are packed for a source of this layout: as a convolution's whose kernel covers it.
    private func densePacking(source: ImageLayout, units: Int) -> PackParameters {
        var parameters = PackParameters(
            form: .forward, outputs: units, inputs: Int(source.channels), outputBlock: lanes,
            inputBlock: Int(source.channelBlock))
        parameters.kernelHeight = source.height
        parameters.kernelWidth = source.width
        return parameters
    }

    mutating func lowerDense(_ node: Node, _ operation: FusedDense) throws(LoweringError) {
        let source = try denseSource(node.operands[0])
        let inputs = source.layout.sampleElements
        let packedWeights = try packedWeights(
            node.operands[1], densePacking(source: source.layout, units: operation.dense.units))
        let bias = operation.dense.bias ? Place.fixed(try paddedVector(node.operands[2])) : .none
        let result = try makeResult(node.results[0])
        var parameters = DenseParameters(
            inputs: inputs, outputs: operation.dense.units, sourceStride: Int(source.layout.sampleStride),
            destinationStride: Int(result.layout.sampleStride))
        parameters.activation = (operation.activation == .relu ? Activation.relu : .none).rawValue
        emit(
            .dense, [source.place, .fixed(packedWeights), bias, result.place], parameters,
            label: graph[node.results[0]].name, multiplyAdds: multiplyAdds(of: node))
    }

    mutating func lowerDenseInputGradient(_ node: Node) throws(LoweringError) {
        let gradient = try readableOperand(node.operands[1])
        let result = try makeResult(node.results[0])
        let units = Int(gradient.layout.channels)
        let inputs = Int(result.layout.channels)
        let packedWeights = try packedWeights(
            node.operands[0],
            PackParameters(form: .transposed, outputs: units, inputs: inputs, outputBlock: lanes, inputBlock: 1))
        let parameters = DenseParameters(
            inputs: units, outputs: inputs, sourceStride: Int(gradient.layout.sampleStride),
            destinationStride: Int(result.layout.sampleStride))
        emit(
            .dense, [gradient.place, .fixed(packedWeights), .none, result.place], parameters,
            label: graph[node.results[0]].name, multiplyAdds: multiplyAdds(of: node))
    }

    mutating func lowerDenseWeightGradient(_ node: Node) throws(LoweringError) {
        let source = try denseSource(node.operands[0])
        let gradient = try plainOperand(node.operands[1])
        let inputs = source.layout.sampleElements
        let units = Int(gradient.layout.channels)
        let packing = densePacking(source: source.layout, units: units)
        let weightSum = makeReduction(node.results[0], elements: packing.packedElements, form: .unpack(packing))
        let biasSum = makeBiasReduction(node, count: units)
        let parameters = DenseParameters(
            inputs: inputs, outputs: units, sourceStride: Int(source.layout.sampleStride),
            destinationStride: Int(gradient.layout.sampleStride))
        emit(
            .denseWeightGradient, [source.place, gradient.place, .fixed(weightSum), biasSum], parameters,
            label: graph[node.results[0]].name, multiplyAdds: multiplyAdds(of: node))
    }

    func multiplyAdds(of node: Node) -> Int {
        node.operation.cost(
            operands: node.operands.map { graph[$0].type }, results: node.results.map { graph[$0].type }
        ).multiplyAdds
    }
}
