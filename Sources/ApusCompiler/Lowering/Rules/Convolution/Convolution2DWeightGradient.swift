import ApusGraph
import ApusInstructions

/// The gradient of a convolution's weight, and of its bias: sums over all positions of all samples.
struct Convolution2DWeightGradientRule: OperatorRule {
    let convolution: Convolution2D

    init(_ operation: Convolution2DWeightGradient) { convolution = operation.convolution }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let source = site.operands[0]
        let shape = ConvolutionShape(convolution, source: site.type(source))
        let isBlocked = layouts.isBlocked(source)
        let work = ConvolutionProblem(
            inputs: shape.channels, outputs: convolution.filters, height: shape.geometry.outputHeight,
            width: shape.geometry.outputWidth, isWeightGradient: true, isTransformable: shape.isTransformable,
            isPlain: !isBlocked)
        let unpooled = Candidate.PooledOperand(operand: 1, windows: shape.outputWindows, border: Border())
        return work.algorithms(permitted: site.context.permitted).map { algorithm in
            let cycles = AlgorithmCost(lanes: site.lanes).cycles(of: work, by: algorithm)
            guard case .winograd(let tile) = algorithm else {
                let isSimple = convolution.stride == [1, 1] && convolution.dilation == [1, 1]
                return Candidate(
                    name: algorithm.name, cycles: cycles,
                    demands: [Candidate.Demand(value: source, border: shape.sourceBorder)],
                    pooledOperand: isSimple && !shape.isDepthwise && !isBlocked ? unpooled : nil
                ) { (lowering: inout Lowering) throws(LoweringError) in
                    try emitDirect(site, shape, into: &lowering)
                }
            }
            let border = shape.inputTileBorder(tile: tile, pool: nil)
            return Candidate(
                name: algorithm.name, cycles: cycles,
                scratchBytes: work.leastScratchBytes(by: algorithm, lanes: site.lanes),
                demands: [Candidate.Demand(value: source, border: border)], pooledOperand: unpooled
            ) { (lowering: inout Lowering) throws(LoweringError) in
                try emitInputTiles(site, shape, tile: tile, border: border, into: &lowering)
            }
        }
    }

    private func emitDirect(
        _ site: Site, _ shape: ConvolutionShape, into lowering: inout Lowering
    ) throws(LoweringError) {
        let direct = DirectConvolution(shape: shape, lanes: site.lanes)
        let source = try lowering.borderedOperand(
            site.operands[0], border: shape.sourceBorder, blocked: shape.isDepthwise)
        let pooled = lowering.pooled[site.operands[1]]
        let gradient = try lowering.gradientOperand(site.operands[1])
        let packing = direct.packing(
            shape.isDepthwise ? .depthwise : .forward, sourceBlock: Int(source.layout.channelBlock))
        let weightSum = lowering.makeReduction(
            site.results[0], elements: packing.packedElements, form: .unpack(packing))
        let biasSum = lowering.makeBiasReduction(site.node, count: convolution.filters)
        var parameters = direct.parameters(packing: packing, source: source.layout, destination: gradient.layout)
        if let pooled {
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.argmaxStride = pooled.argmaxStride
        }
        let operands = [source.place, gradient.place, .fixed(weightSum), biasSum]
        lowering.emit(
            shape.isDepthwise ? .depthwiseWeightGradient : .convolutionWeightGradient,
            shape.isDepthwise ? operands : operands + [pooled?.argmax ?? .none], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
    }

    private func emitInputTiles(
        _ site: Site, _ shape: ConvolutionShape, tile: WinogradTile, border: Border, into lowering: inout Lowering
    ) throws(LoweringError) {
        let source = try lowering.borderedOperand(site.operands[0], border: border, blocked: true)
        let pooled = lowering.pooled[site.operands[1]]
        let gradient = try lowering.gradientOperand(site.operands[1])
        let packing = shape.winogradPacking(.forward, tile: tile, lanes: site.lanes)
        let weightSum = lowering.makeReduction(
            site.results[0], elements: packing.packedElements, form: .unpack(packing))
        let biasSum = lowering.makeBiasReduction(site.node, count: convolution.filters)
        var parameters = WinogradParameters(source: source.layout, destination: gradient.layout, tile: tile)
        parameters.setGeometry(shape)
        if let pooled {
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.argmaxStride = pooled.argmaxStride
        }
        let blocks = source.layout.blocks + gradient.layout.blocks
        parameters.setPass(blocks: blocks, lanes: site.lanes)
        if let limit = site.scratchLimit, parameters.gradientScratchElements(lanes: site.lanes) * 4 > limit {
            parameters.setPass(blocks: blocks, lanes: site.lanes, scratchBytes: limit)
        }
        let scratch = lowering.addScratch(
            "\(site.name) transforms", bytes: parameters.gradientScratchElements(lanes: site.lanes) * 4)
        lowering.emit(
            .winogradWeightGradient,
            [source.place, gradient.place, .fixed(weightSum), biasSum, scratch, pooled?.argmax ?? .none], parameters,
            label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
    }
}
