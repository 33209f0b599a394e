import ApusGraph
import ApusInstructions
import ApusPlan

// Convolutions by Winograd's minimal filtering.
extension Lowering {
    /// Bytes of transforms that are worth having in the nearest caches at a time, and where there are more weights than
    /// those hold: then it counts more that weights are read seldom.
    private static let scratchBytes = (few: 48 * 1024, many: 512 * 1024, most: 2048 * 1024)
    /// The same where only rows are transformed, whose weights are few.
    private static let rowScratchBytes = 16 * 1024
    /// Weights of a pair of output blocks that leave room for the transforms of the source in the same cache. Where there are
    /// more, a frequency's products are computed for all output blocks before those of the next, so that the transforms are
    /// read once and not again for each pair.
    private static let pairBytes = 512 * 1024
    /// The fewest tiles a pass: with less, weights are read too often.
    private static let fewestTiles = 8

    /// Sets how many of a convolution's tiles and of its result's blocks are in the scratch at a time.
    private func setConvolutionPass(_ parameters: inout WinogradParameters) {
        let (inputs, outputs) = (parameters.source.blocks, parameters.destination.blocks)
        let pairBytes = parameters.tile.frequencies * inputs * 2 * lanes * lanes * 4
        if pairBytes > Self.pairBytes {
            parameters.productBlocks = Int32(outputs.roundedUp(to: 2))
            setPass(&parameters, blocks: inputs + Int(parameters.productBlocks), scratchBytes: Self.scratchBytes.most)
        } else {
            setPass(&parameters, blocks: inputs + Int(parameters.productBlocks))
        }
    }

    /// Sets how many tiles are transformed at a time, where a tile's transforms have `blocks` blocks.
    private func setPass(_ parameters: inout WinogradParameters, blocks: Int, scratchBytes: Int? = nil) {
        let weightBytes =
            parameters.tile.frequencies * parameters.source.blocks * parameters.destination.blocks * lanes * lanes * 4
        let scratchBytes = scratchBytes ?? min(max(weightBytes, Self.scratchBytes.few), Self.scratchBytes.many)
        let most = max(Self.fewestTiles, scratchBytes / (parameters.transformVectors * blocks * lanes * 4))
        let passes = (parameters.tiles + most - 1) / most
        parameters.passTiles = Int32((parameters.tiles + passes - 1) / passes)
    }

    private func winogradPacking(
        _ form: PackParameters.Form, _ shape: ConvolutionShape, tile: WinogradTile
    ) -> PackParameters {
        var packing = PackParameters(
            form: form, outputs: shape.convolution.filters, inputs: shape.channels, outputBlock: lanes,
            inputBlock: lanes)
        (packing.kernelHeight, packing.kernelWidth) = (3, 3)
        packing.tile = tile
        return packing
    }

    private mutating func addScratch(_ name: String, elements: Int) -> Place {
        bufferSizes.append(elements * 4)
        bufferNames.append("\(name) transforms")
        return .activation(buffer: bufferSizes.count - 1)
    }

    mutating func lowerWinogradConvolution(
        _ node: Node, _ operation: FusedConvolution2D, tile: WinogradTile
    ) throws(LoweringError) {
        let shape = ConvolutionShape(operation.convolution, source: graph[node.operands[0]].type)
        let name = graph[node.results[0]].name
        let source = try borderedOperand(
            node.operands[0], border: shape.squareBorder(tile: tile, pool: operation.pool), blocked: true)
        let packed = try packedWeights(node.operands[1], winogradPacking(.forward, shape, tile: tile))
        let bias = operation.convolution.bias ? Place.fixed(try paddedVector(node.operands[2])) : .none
        let result = try makeResult(node.results[0])
        var parameters = WinogradParameters(source: source.layout, destination: result.layout, tile: tile)
        setGeometry(&parameters, shape)
        let choice = setStore(&parameters, node, operation)
        setConvolutionPass(&parameters)
        var addend = Place.none
        if operation.addend, let value = node.operands.last {
            let stored = try blockedOperand(value)
            addend = stored.place
            parameters.addend = stored.layout
        }
        let scratch = addScratch(name, elements: parameters.convolutionScratchElements(lanes: lanes))
        emit(
            .winogradConvolution, [source.place, .fixed(packed), bias, result.place, choice, scratch, addend, .none],
            parameters, label: name, multiplyAdds: multiplyAdds(of: node))
        clearBorder(result, label: name)
    }

    /// The first layers of networks, whose sources are single channels.
    mutating func lowerWinogradRows(_ node: Node, _ operation: FusedConvolution2D) throws(LoweringError) {
        let shape = ConvolutionShape(operation.convolution, source: graph[node.operands[0]].type)
        let name = graph[node.results[0]].name
        var source = try borderedOperand(
            node.operands[0], border: shape.rowBorder(lanes: lanes, pool: operation.pool), blocked: false)
        if source.layout.channelBlock != 1 {
            source = try operand(
                node.operands[0],
                in: blockedLayout(
                    of: try sampleShape(node.operands[0]),
                    border: shape.rowBorder(lanes: lanes, pool: operation.pool), block: 1))
        }
        var packing = winogradPacking(.forward, shape, tile: .row)
        packing.inputBlock = 1
        let packed = try packedWeights(node.operands[1], packing)
        let bias = operation.convolution.bias ? Place.fixed(try paddedVector(node.operands[2])) : .none
        let result = try makeResult(node.results[0])
        var parameters = WinogradParameters(source: source.layout, destination: result.layout, tile: .row)
        setGeometry(&parameters, shape)
        let choice = setStore(&parameters, node, operation)
        let rowBytes = parameters.rowScratchElements(lanes: lanes) / (2 * Int(parameters.passTiles) + 2) * 4
        let most = max(1, (Self.rowScratchBytes / rowBytes - 2) / 2)
        let passes = (parameters.rowPairs + most - 1) / most
        parameters.passTiles = Int32((parameters.rowPairs + passes - 1) / passes)
        let scratch = addScratch(name, elements: parameters.rowScratchElements(lanes: lanes))
        emit(
            .winogradRowConvolution, [source.place, .fixed(packed), bias, result.place, choice, scratch], parameters,
            label: name, multiplyAdds: multiplyAdds(of: node))
        clearBorder(result, label: name)
    }

    /// Sets what is done to the sums before they are stored. Returns the place of the choice.
    private mutating func setStore(
        _ parameters: inout WinogradParameters, _ node: Node, _ operation: FusedConvolution2D
    ) -> Place {
        parameters.activation = (operation.activation == .relu ? Activation.relu : .none).rawValue
        parameters.poolHeight = Int32(operation.pool?[0] ?? 0)
        parameters.poolWidth = Int32(operation.pool?[1] ?? 0)
        guard operation.choice else { return .none }
        parameters.choiceStride = Int32(choiceStride(of: parameters.destination))
        return makeChoice(node.results[1], like: parameters.destination)
    }

    private func setGeometry(_ parameters: inout WinogradParameters, _ shape: ConvolutionShape) {
        parameters.padTop = Int32(shape.geometry.padTop)
        parameters.padLeft = Int32(shape.geometry.padLeft)
        parameters.outputHeight = Int32(shape.geometry.outputHeight)
        parameters.outputWidth = Int32(shape.geometry.outputWidth)
    }

    mutating func lowerWinogradInputGradient(
        _ node: Node, _ operation: Convolution2DInputGradient, tile: WinogradTile
    ) throws(LoweringError) {
        let shape = ConvolutionShape(operation.convolution, source: graph[node.results[0]].type)
        let name = graph[node.results[0]].name
        let pooled = pooled[node.operands[1]]
        let source: Stored
        if let pooled {
            source = pooled.gradient
        } else {
            source = try borderedOperand(
                node.operands[1], border: shape.gradientSquareBorder(tile: tile), blocked: true)
        }
        let packed = try packedWeights(node.operands[0], winogradPacking(.transposed, shape, tile: tile))
        let result = try makeResult(node.results[0])
        var parameters = WinogradParameters(source: source.layout, destination: result.layout, tile: tile)
        parameters.padTop = Int32(shape.gradientPadding.top)
        parameters.padLeft = Int32(shape.gradientPadding.left)
        parameters.outputHeight = Int32(shape.height)
        parameters.outputWidth = Int32(shape.width)
        parameters.unpools = pooled == nil ? 0 : 1
        parameters.sourceChoiceStride = pooled?.choiceStride ?? 0
        setConvolutionPass(&parameters)
        let scratch = addScratch(name, elements: parameters.convolutionScratchElements(lanes: lanes))
        emit(
            .winogradConvolution,
            [source.place, .fixed(packed), .none, result.place, .none, scratch, .none, pooled?.choice ?? .none],
            parameters, label: name, multiplyAdds: multiplyAdds(of: node))
        clearBorder(result, label: name)
    }

    mutating func lowerWinogradWeightGradient(
        _ node: Node, _ operation: Convolution2DWeightGradient, tile: WinogradTile
    ) throws(LoweringError) {
        let shape = ConvolutionShape(operation.convolution, source: graph[node.operands[0]].type)
        let name = graph[node.results[0]].name
        let source = try borderedOperand(
            node.operands[0], border: shape.squareBorder(tile: tile, pool: nil), blocked: true)
        let pooled = pooled[node.operands[1]]
        let gradient = try gradientOperand(node.operands[1])
        let packing = winogradPacking(.forward, shape, tile: tile)
        let weightSum = makeReduction(node.results[0], elements: packing.packedElements, form: .unpack(packing))
        let biasSum = makeBiasReduction(node, count: operation.convolution.filters)
        var parameters = WinogradParameters(source: source.layout, destination: gradient.layout, tile: tile)
        setGeometry(&parameters, shape)
        if let pooled {
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.choiceStride = pooled.choiceStride
        }
        setPass(&parameters, blocks: source.layout.blocks + gradient.layout.blocks)
        let scratch = addScratch(name, elements: parameters.gradientScratchElements(lanes: lanes))
        emit(
            .winogradWeightGradient,
            [source.place, gradient.place, .fixed(weightSum), biasSum, scratch, pooled?.choice ?? .none], parameters,
            label: name, multiplyAdds: multiplyAdds(of: node))
    }
}

extension ConvolutionShape {
    /// What the squares of the forward convolution's tiles cover around its source.
    func squareBorder(tile: WinogradTile, pool: [Int]?) -> LayoutChoice.Border {
        let window = pool ?? [1, 1]
        return Self.squareBorder(
            tile: tile,
            outputs: (geometry.outputHeight / window[0] * window[0], geometry.outputWidth / window[1] * window[1]),
            padding: (geometry.padTop, geometry.padLeft), size: (height, width))
    }

    /// What the transforms of rows cover around the forward convolution's source.
    func rowBorder(lanes: Int, pool: [Int]?) -> LayoutChoice.Border {
        let window = pool ?? [1, 1]
        let pairs = (
            rows: (geometry.outputHeight / window[0] * window[0] + 1) / 2,
            columns: (geometry.outputWidth / window[1] * window[1] + 1) / 2
        )
        let columns = 2 * ((pairs.columns + lanes - 1) / lanes * lanes) + 2
        return LayoutChoice.Border(
            top: max(0, geometry.padTop), left: max(0, geometry.padLeft),
            bottom: max(0, 2 * pairs.rows + 2 - geometry.padTop - height),
            right: max(0, columns - geometry.padLeft - width))
    }

    /// What the squares of the input gradient's tiles cover around the destination gradient.
    func gradientSquareBorder(tile: WinogradTile) -> LayoutChoice.Border {
        Self.squareBorder(
            tile: tile, outputs: (height, width), padding: (gradientPadding.top, gradientPadding.left),
            size: (geometry.outputHeight, geometry.outputWidth))
    }

    /// What the squares of the input gradient's tiles cover around what 2 × 2 windows of the destination gradient were pooled to,
    /// in windows.
    func gradientWindowBorder(tile: WinogradTile) -> LayoutChoice.Border {
        func border(_ outputs: Int, by tile: Int32, _ padding: Int, _ size: Int) -> (before: Int, after: Int) {
            let odd = padding & 1
            let before = (padding + odd) / 2
            let windows = outputs.roundedUp(to: Int(tile)) / 2 - Int(tile) / 2 + (Int(tile) + 3 + odd) / 2
            return (max(0, before), max(0, windows - before - size / 2))
        }
        let rows = border(height, by: tile.height, gradientPadding.top, geometry.outputHeight)
        let columns = border(width, by: tile.width, gradientPadding.left, geometry.outputWidth)
        return LayoutChoice.Border(
            top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    }

    private static func squareBorder(
        tile: WinogradTile, outputs: (Int, Int), padding: (Int, Int), size: (Int, Int)
    ) -> LayoutChoice.Border {
        func overhang(_ outputs: Int, by tile: Int32, _ padding: Int, _ size: Int) -> Int {
            max(0, outputs.roundedUp(to: Int(tile)) + 1 - padding - (size - 1))
        }
        return LayoutChoice.Border(
            top: max(0, padding.0), left: max(0, padding.1),
            bottom: overhang(outputs.0, by: tile.height, padding.0, size.0),
            right: overhang(outputs.1, by: tile.width, padding.1, size.1))
    }
}
