import ApusGraph
import ApusInstructions

/// The input gradient is a convolution of the destination gradient, with zeros between its pixels where the stride is above 1,
/// with the kernel turned by half a turn and its inputs and outputs exchanged. Where the stride is 2 the zeros are left out:
/// ``InputGradientParts``.
struct Convolution2DInputGradientRule: OperatorRule {
    let convolution: Convolution2D

    init(_ operation: Convolution2DInputGradient) { convolution = operation.convolution }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let shape = ConvolutionShape(convolution, source: site.type(site.results[0]))
        let gradient = site.operands[1]
        let work = ConvolutionProblem(
            inputs: convolution.filters, outputs: shape.channels, height: shape.height, width: shape.width,
            isTransformable: shape.isTransformable)
        return work.algorithms(permitted: site.context.permitted).map { algorithm in
            let cycles = AlgorithmCost(lanes: site.lanes).cycles(of: work, by: algorithm)
            guard case .winograd(let tile) = algorithm else {
                if let parts = InputGradientParts(shape) {
                    return Candidate(
                        name: algorithm.name, cycles: cycles,
                        demands: [Candidate.Demand(value: gradient, border: parts.border)]
                    ) { (lowering: inout Lowering) throws(LoweringError) in
                        try parts.emit(site, into: &lowering)
                    }
                }
                // Where it is dilated it gets its border with the zeros.
                let demand = Candidate.Demand(value: gradient, border: shape.gradientBorder)
                return Candidate(
                    name: algorithm.name, cycles: cycles, demands: convolution.stride == [1, 1] ? [demand] : []
                ) { (lowering: inout Lowering) throws(LoweringError) in
                    try emitDirect(site, shape, into: &lowering)
                }
            }
            let border = shape.gradientInputTileBorder(tile: tile)
            return Candidate(
                name: algorithm.name, cycles: cycles,
                scratchBytes: work.leastScratchBytes(by: algorithm, lanes: site.lanes),
                demands: [Candidate.Demand(value: gradient, border: border)],
                pooledOperand: pooledOperand(shape, tile: tile)
            ) { (lowering: inout Lowering) throws(LoweringError) in
                try emitInputTiles(site, shape, tile: tile, border: border, into: &lowering)
            }
        }
    }

    /// The kernel unpools where a tile's first row and column are the same of their windows.
    private func pooledOperand(_ shape: ConvolutionShape, tile: WinogradTile) -> Candidate.PooledOperand? {
        let padding = shape.gradientPadding
        guard padding.top.isMultiple(of: 2) == padding.left.isMultiple(of: 2) else { return nil }
        return Candidate.PooledOperand(
            operand: 1, windows: shape.outputWindows, border: shape.gradientWindowBorder(tile: tile))
    }

    private func emitDirect(
        _ site: Site, _ shape: ConvolutionShape, into lowering: inout Lowering
    ) throws(LoweringError) {
        let direct = DirectConvolution(shape: shape, lanes: site.lanes)
        let source =
            convolution.stride == [1, 1]
            ? try lowering.borderedOperand(site.operands[1], border: shape.gradientBorder, blocked: true)
            : try dilate(site, shape, &lowering)
        let packing = direct.packing(
            shape.isDepthwise ? .depthwiseTransposed : .transposed, sourceBlock: Int(source.layout.channelBlock))
        let packedWeights = try lowering.packedWeights(site.operands[0], packing)
        let result = try lowering.makeResult(site.results[0])
        direct.emit(
            [source.place, .fixed(packedWeights), .none, result.place, .none],
            direct.gradientParameters(packing: packing, source: source.layout, destination: result.layout), site,
            repeats: source.imageCount, into: &lowering)
        lowering.clearBorder(result, label: site.name)
    }

    /// The destination gradient with zeros between its pixels.
    private func dilate(
        _ site: Site, _ shape: ConvolutionShape, _ lowering: inout Lowering
    ) throws(LoweringError) -> Stored {
        let gradient = try lowering.blockedOperand(site.operands[1])
        let (height, width) = shape.dilatedSize
        let layout = lowering.blockedLayout(
            channels: convolution.filters, height: height, width: width, border: shape.gradientBorder)
        let source = lowering.addStored("\(site.name) dilated", layout, imageCount: gradient.imageCount)
        lowering.emit(
            .dilate, [gradient.place, source.place],
            DilateParameters(
                source: gradient.layout, destination: layout, strideY: convolution.stride[0],
                strideX: convolution.stride[1]), label: "\(site.name) dilated", repeats: gradient.imageCount)
        return source
    }

    private func emitInputTiles(
        _ site: Site, _ shape: ConvolutionShape, tile: WinogradTile, border: Border, into lowering: inout Lowering
    ) throws(LoweringError) {
        let pooled = lowering.pooled[site.operands[1]]
        let source =
            if let pooled { pooled.gradient } else {
                try lowering.borderedOperand(site.operands[1], border: border, blocked: true)
            }
        let packed = try lowering.packedWeights(
            site.operands[0], shape.winogradPacking(.transposed, tile: tile, lanes: site.lanes))
        let result = try lowering.makeResult(site.results[0])
        var parameters = WinogradParameters(source: source.layout, destination: result.layout, tile: tile)
        parameters.padTop = Int32(shape.gradientPadding.top)
        parameters.padLeft = Int32(shape.gradientPadding.left)
        parameters.outputHeight = Int32(shape.height)
        parameters.outputWidth = Int32(shape.width)
        parameters.unpools = pooled == nil ? 0 : 1
        parameters.sourceArgmaxStride = pooled?.argmaxStride ?? 0
        parameters.setConvolutionPass(lanes: site.lanes, limit: site.scratchLimit)
        let scratch = lowering.addScratch(
            "\(site.name) transforms", bytes: parameters.convolutionScratchElements(lanes: site.lanes) * 4)
        lowering.emit(
            .winogradConvolution,
            [source.place, .fixed(packed), .none, result.place, .none, scratch, .none, pooled?.argmax ?? .none],
            parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
