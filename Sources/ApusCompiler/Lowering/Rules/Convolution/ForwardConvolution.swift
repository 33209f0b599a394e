import ApusGraph
import ApusInstructions

/// How forward convolutions become instructions: by their definition, on blocked or plain images, or by minimal filtering of
/// input tiles or rows.
protocol ForwardConvolutionRule: LoweringRule {
    var fused: FusedConvolution2D { get }
}

extension ForwardConvolutionRule {
    func shape(_ site: Site) -> ConvolutionShape {
        ConvolutionShape(fused.convolution, source: site.type(site.operands[0]))
    }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        guard !computesBFloat16(site), isPlain(site.operands[0]), plain(site, shape(site)) != nil,
            site.readers(of: site.results[0]).allSatisfy(\.rule.isView)
        else { return .blocked }
        return .plain
    }

    /// An addend has the border of the result, so that it can be added without another layout of it.
    func companions(_ site: Site) -> [ValueID] { fused.addend ? [site.operands[site.operands.count - 1]] : [] }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let shape = shape(site)
        if computesBFloat16(site) { return [bfloatCandidate(site, shape, layouts)] }
        if !layouts.isBlocked(site.results[0]), let plain = plain(site, shape) {
            return [plainCandidate(plain, site, shape)]
        }
        let source = site.operands[0]
        let work = ConvolutionProblem(fused, shape, isBlocked: layouts.isBlocked(source), lanes: site.lanes)
        return work.algorithms(permitted: site.context.permitted).map { algorithm in
            let border: Border
            switch algorithm {
            case .direct: border = shape.sourceBorder
            case .winograd(let tile): border = shape.inputTileBorder(tile: tile, pool: fused.pool)
            case .winogradRows: border = shape.rowBorder(lanes: site.lanes, pool: fused.pool)
            }
            return Candidate(
                name: algorithm.name, cycles: AlgorithmCost(lanes: site.lanes).cycles(of: work, by: algorithm),
                scratchBytes: work.leastScratchBytes(by: algorithm, lanes: site.lanes),
                demands: [Candidate.Demand(value: source, border: border)]
            ) { (lowering: inout Lowering) throws(LoweringError) in
                switch algorithm {
                case .direct: try emitDirect(site, shape, into: &lowering)
                case .winograd(let tile): try emitInputTiles(site, shape, tile: tile, border: border, into: &lowering)
                case .winogradRows: try emitRows(site, shape, border: border, into: &lowering)
                }
            }
        }
    }

    private func plain(_ site: Site, _ shape: ConvolutionShape) -> PlainConvolution? {
        PlainConvolution(fused, shape, lanes: site.lanes, permitted: site.context.permitted)
    }

    private func plainCandidate(_ plain: PlainConvolution, _ site: Site, _ shape: ConvolutionShape) -> Candidate {
        switch plain {
        case .depthwise:
            Candidate(name: "plain depthwise") { (lowering: inout Lowering) throws(LoweringError) in
                try emitPlainDepthwise(site, shape, into: &lowering)
            }
        case .pointwise:
            Candidate(name: "plain pointwise") { (lowering: inout Lowering) throws(LoweringError) in
                try lowering.emitPlainPointwise(fused, shape, site)
            }
        case .direct:
            Candidate(name: "plain direct") { (lowering: inout Lowering) throws(LoweringError) in
                try lowering.emitPlainDirect(fused, shape, site)
            }
        }
    }

    private func bias(_ site: Site, _ lowering: inout Lowering) throws(LoweringError) -> Place {
        fused.convolution.bias ? .fixed(try lowering.paddedVector(site.operands[2])) : .none
    }

    private func emitDirect(
        _ site: Site, _ shape: ConvolutionShape, into lowering: inout Lowering
    ) throws(LoweringError) {
        let direct = DirectConvolution(shape: shape, lanes: site.lanes)
        let source = try lowering.borderedOperand(
            site.operands[0], border: shape.sourceBorder, blocked: shape.isDepthwise)
        let packing = direct.packing(
            shape.isDepthwise ? .depthwise : .forward, sourceBlock: Int(source.layout.channelBlock))
        let packedWeights = try lowering.packedWeights(site.operands[1], packing)
        let bias = try bias(site, &lowering)
        let result = try lowering.makeResult(site.results[0])
        var parameters = direct.parameters(packing: packing, source: source.layout, destination: result.layout)
        parameters.set(fused.activation)
        parameters.poolHeight = Int32(fused.pool?[0] ?? 0)
        parameters.poolWidth = Int32(fused.pool?[1] ?? 0)
        var argmax = Place.none
        if fused.argmax {
            argmax = lowering.makeArgmax(site.results[1], like: result.layout)
            parameters.argmaxStride = Int32(result.layout.argmaxStride)
        }
        var addend = Place.none
        if fused.addend, let value = site.operands.last {
            let stored = try lowering.blockedOperand(value)
            addend = stored.place
            parameters.addend = stored.layout
        }
        direct.emit(
            [source.place, .fixed(packedWeights), bias, result.place, argmax], addend: addend, parameters, site,
            repeats: source.imageCount, into: &lowering)
        lowering.clearBorder(result, label: site.name)
    }

    /// A depthwise convolution between plain images.
    private func emitPlainDepthwise(
        _ site: Site, _ shape: ConvolutionShape, into lowering: inout Lowering
    ) throws(LoweringError) {
        let direct = DirectConvolution(shape: shape, lanes: site.lanes)
        let source = try lowering.readableOperand(site.operands[0])
        let packing = direct.packing(.depthwise, sourceBlock: site.lanes)
        let packedWeights = try lowering.packedWeights(site.operands[1], packing)
        let bias = try bias(site, &lowering)
        let result = try lowering.makeOutput(site.results[0])
        var parameters = direct.parameters(packing: packing, source: source.layout, destination: result.layout)
        parameters.set(fused.activation)
        let scratch = lowering.addScratch(
            "\(site.name) strip", bytes: parameters.plainDepthwiseScratchElements(lanes: site.lanes) * 4)
        lowering.emit(
            .plainDepthwiseConvolution, [source.place, .fixed(packedWeights), bias, result.place, scratch],
            parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
    }

    private func emitInputTiles(
        _ site: Site, _ shape: ConvolutionShape, tile: WinogradTile, border: Border, into lowering: inout Lowering
    ) throws(LoweringError) {
        let source = try lowering.borderedOperand(site.operands[0], border: border, blocked: true)
        let packed = try lowering.packedWeights(
            site.operands[1], shape.winogradPacking(.forward, tile: tile, lanes: site.lanes))
        let bias = try bias(site, &lowering)
        let result = try lowering.makeResult(site.results[0])
        var parameters = WinogradParameters(source: source.layout, destination: result.layout, tile: tile)
        parameters.setGeometry(shape)
        parameters.setGroups(shape, lanes: site.lanes)
        let argmax = setStore(&parameters, site, &lowering)
        parameters.setConvolutionPass(lanes: site.lanes, limit: site.scratchLimit)
        var addend = Place.none
        if fused.addend, let value = site.operands.last {
            let stored = try lowering.blockedOperand(value)
            addend = stored.place
            parameters.addend = stored.layout
        }
        let scratch = lowering.addScratch(
            "\(site.name) transforms", bytes: parameters.convolutionScratchElements(lanes: site.lanes) * 4)
        lowering.emit(
            .winogradConvolution, [source.place, .fixed(packed), bias, result.place, argmax, scratch, addend, .none],
            parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }

    /// The first layers of networks, whose sources are single channels.
    private func emitRows(
        _ site: Site, _ shape: ConvolutionShape, border: Border, into lowering: inout Lowering
    ) throws(LoweringError) {
        var source = try lowering.borderedOperand(site.operands[0], border: border, blocked: false)
        if source.layout.channelBlock != 1 {
            source = try lowering.operand(
                site.operands[0], in: try lowering.blockedLayout(of: site.operands[0], border: border, block: 1))
        }
        var packing = shape.winogradPacking(.forward, tile: .row, lanes: site.lanes)
        packing.inputBlock = 1
        let packed = try lowering.packedWeights(site.operands[1], packing)
        let bias = try bias(site, &lowering)
        let result = try lowering.makeResult(site.results[0])
        var parameters = WinogradParameters(source: source.layout, destination: result.layout, tile: .row)
        parameters.setGeometry(shape)
        let argmax = setStore(&parameters, site, &lowering)
        parameters.setRowPass(lanes: site.lanes, limit: site.scratchLimit)
        let scratch = lowering.addScratch(
            "\(site.name) transforms", bytes: parameters.rowScratchElements(lanes: site.lanes) * 4)
        lowering.emit(
            .winogradRowConvolution, [source.place, .fixed(packed), bias, result.place, argmax, scratch], parameters,
            label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }

    /// Sets what is done to the sums before they are stored. Returns the place of the argmax.
    private func setStore(
        _ parameters: inout WinogradParameters, _ site: Site, _ lowering: inout Lowering
    ) -> Place {
        parameters.set(fused.activation)
        parameters.poolHeight = Int32(fused.pool?[0] ?? 0)
        parameters.poolWidth = Int32(fused.pool?[1] ?? 0)
        guard fused.argmax else { return .none }
        parameters.argmaxStride = Int32(parameters.destination.argmaxStride)
        return lowering.makeArgmax(site.results[1], like: parameters.destination)
    }
}

extension ConvolutionProblem {
    init(_ fused: FusedConvolution2D, _ shape: ConvolutionShape, isBlocked: Bool, lanes: Int) {
        let window = fused.pool ?? [1, 1]
        let isPooledByTwos = fused.pool == nil || fused.pool == [2, 2]
        if isPooledByTwos, let blocks = shape.transformedGroups(lanes: lanes) {
            let inputs = blocks.inputs * lanes
            self.init(
                inputs: inputs, outputs: blocks.outputs * lanes, groups: shape.channels / inputs,
                summedInputs: shape.channels / shape.convolution.groups,
                height: shape.geometry.outputHeight / window[0] * window[0],
                width: shape.geometry.outputWidth / window[1] * window[1], isTransformable: true,
                isPlain: !isBlocked)
            return
        }
        let isTransformable = shape.isTransformable && isPooledByTwos
        self.init(
            inputs: shape.channels, outputs: shape.convolution.filters,
            height: shape.geometry.outputHeight / window[0] * window[0],
            width: shape.geometry.outputWidth / window[1] * window[1],
            isTransformable: isTransformable, isPlain: !isBlocked,
            hasTransformableRows: isTransformable && !isBlocked && !fused.addend)
    }
}

extension ImageLayout {
    /// Bytes of the argmax of one sample of a pooled image of this layout.
    var argmaxStride: Int { (blocks * Int(height) * Int(width) * Int(channelBlock)).roundedUp(to: 64) }
}

extension Lowering {
    /// Room for the argmaxes of a pooled image.
    mutating func makeArgmax(_ value: ValueID, like layout: ImageLayout) -> Place {
        let place = addBuffer(graph[value].name, sampleBytes: layout.argmaxStride)
        stored[value.index] = Stored(place: place, layout: layout, elementType: .u8)
        return place
    }
}
