import ApusGraph
import ApusInstructions
import ApusPlan

// Convolutions of bf16: on blocks of channels, or on plain images where two neighbouring columns are read at a time.
extension ForwardConvolutionRule {
    func computesBFloat16(_ site: Site) -> Bool {
        guard takesBFloat16(site) else { return false }
        let cost = BFloat16Cost(fused, shape(site), permitted: site.context.permitted)
        let source = site.operands[0]
        let isMade = site.producer(of: source).map { $0.rule.makesBFloat16($0) } ?? false
        let isRead = site.readers(of: site.results[0]).contains { $0.rule.takesBFloat16($0) }
        return cost.bfloat16 + (isMade ? 0 : cost.sourceConversion)
            < cost.f32 + (isMade ? cost.sourceConversion : 0) + (isRead ? cost.resultConversion : 0)
    }

    func takesBFloat16(_ site: Site) -> Bool {
        let convolution = fused.convolution
        let isFixed = site.operands[1..<(convolution.bias ? 3 : 2)].allSatisfy { !site.isDynamic($0) }
        return site.context.compute == .bf16 && site.isDynamic(site.operands[0]) && isFixed && !fused.argmax
            && !shape(site).isDepthwise && shape(site).hasPositions
            && (fused.pool == nil || fused.pool == [2, 2] && convolution.stride[1] == 1)
    }

    func makesBFloat16(_ site: Site) -> Bool { takesBFloat16(site) }

    func bfloatCandidate(_ site: Site, _ shape: ConvolutionShape, _ layouts: LayoutChoice) -> Candidate {
        let isPlain = !layouts.isBlocked(site.operands[0]) && fused.pool == nil
        let form: WordPacking.Form =
            isPlain && WordPacking.readsColumns(shape, elementsOfWord: 2) ? .columns : .channels
        let packing = WordPacking(shape, form, lanes: site.lanes, elementsOfWord: 2)
        var candidate = Candidate(
            name: "bf16 by \(form)",
            demands: [Candidate.Demand(value: site.operands[0], border: packing.sourceBorder)]
        ) { (lowering: inout Lowering) throws(LoweringError) in
            try emitBFloat16(site, packing, into: &lowering)
        }
        candidate.bfloatOperands = fused.addend ? [0, site.operands.count - 1] : [0]
        return candidate
    }

    private func emitBFloat16(
        _ site: Site, _ packing: WordPacking, into lowering: inout Lowering
    ) throws(LoweringError) {
        let source = try lowering.bfloatOperand(
            site.operands[0], border: packing.sourceBorder, isBlocked: packing.form != .columns)
        let weights = packing.bfloatWeights(try lowering.floats(of: site.operands[1]))
        let packed = Place.fixed(Operand(.constants, offset: lowering.constants.append(weights)))
        let result = try lowering.makeBFloatResult(site.results[0])
        var own = packing.parameters(source: source.layout, destination: result.layout)
        (own.floor, own.ceiling) = fused.activation.range
        own.poolHeight = Int32(fused.pool?[0] ?? 0)
        own.poolWidth = Int32(fused.pool?[1] ?? 0)
        let bias: Operand
        if fused.convolution.bias {
            bias = try lowering.paddedVector(site.operands[2])
        } else {
            let zeros = [Float](repeating: 0, count: fused.convolution.filters.roundedUp(to: site.lanes))
            bias = Operand(.constants, offset: lowering.constants.append(zeros))
        }
        var addend = Place.none
        if fused.addend, let value = site.operands.last {
            let stored = try lowering.bfloatOperand(value, border: Border(), isBlocked: true)
            addend = stored.place
            own.addend = stored.layout
        }
        own.tile = WordCostModel.bfloat16(stride: own.strideX, lanes: site.lanes)
            .fastestTile(for: own, samples: lowering.plan.microBatch)
        var parameters = BFloat16ConvolutionParameters(own)
        parameters.resultBytes = Int32(result.elementType.size)
        lowering.emit(
            .bfloat16Convolution, [source.place, packed, .fixed(bias), result.place, addend], parameters,
            label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
        lowering.clearBFloatBorder(result, label: site.name)
    }
}

extension FusedActivation {
    /// What results are kept within.
    fileprivate var range: (floor: Float, ceiling: Float) {
        switch self {
        case .none: (-.infinity, .infinity)
        case .relu: (0, .infinity)
        case .clip(let minimum, let maximum): (Float(minimum), Float(maximum))
        }
    }
}

extension ConvolutionShape {
    /// Whether there is anything to compute.
    fileprivate var hasPositions: Bool { geometry.outputHeight > 0 && geometry.outputWidth > 0 && channels > 0 }
}
