import ApusGraph
import ApusInstructions
import ApusPlan

/// A convolution of bytes, on blocks of channels, or on plain images where four neighbouring columns are read at a time.
struct QuantizedConvolution2DRule: OperatorRule {
    let operation: QuantizedConvolution2D

    init(_ operation: QuantizedConvolution2D) { self.operation = operation }

    private func shape(_ site: Site) -> ConvolutionShape {
        ConvolutionShape(operation.convolution, source: site.type(site.operands[0]))
    }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    /// An addend has the border of the result, so that it can be added without another layout of it.
    func companions(_ site: Site) -> [ValueID] { operation.addend == nil ? [] : [site.operands[4]] }

    func sharedWeightBytes(_ site: Site) -> Int {
        let geometry = shape(site).geometry
        // Where there are many positions they share the weights.
        guard geometry.outputHeight * geometry.outputWidth == 1 else { return 0 }
        return site.context.samples.shape(site.operands[1])?.reduce(1, *) ?? 0
    }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let shape = shape(site)
        let isPlain = !layouts.isBlocked(site.operands[0])
        let form: WordPacking.Form =
            shape.isDepthwise && operation.pool == nil
            ? .depthwise : isPlain && WordPacking.readsColumns(shape) ? .columns : .channels
        let packing = WordPacking(shape, form, lanes: site.lanes)
        return [
            Candidate(
                name: "bytes by \(form)",
                demands: [
                    Candidate.Demand(
                        value: site.operands[0], border: packing.sourceBorder, fill: operation.sourceZero)
                ]
            ) { (lowering: inout Lowering) throws(LoweringError) in
                try emit(site, packing, into: &lowering)
            }
        ]
    }

    private func emit(_ site: Site, _ packing: WordPacking, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.byteOperand(
            site.operands[0], border: packing.sourceBorder, isBlocked: packing.form != .columns,
            zero: operation.sourceZero)
        let constants = try constants(site, packing, &lowering)
        let result = try lowering.makeResult(site.results[0])
        var own = packing.parameters(source: source.layout, destination: result.layout)
        own.floor = Float(operation.result.minimum)
        own.ceiling = Float(operation.result.maximum)
        own.poolHeight = Int32(operation.pool?[0] ?? 0)
        own.poolWidth = Int32(operation.pool?[1] ?? 0)
        var addend = Place.none
        if operation.addend != nil {
            let stored = try lowering.byteOperand(site.operands[4], border: Border(), isBlocked: true, zero: 0)
            addend = stored.place
            own.addend = stored.layout
        }
        if packing.form != .depthwise {
            own.tile = WordCostModel.bytes(stride: own.strideX, lanes: site.lanes)
                .fastestTile(for: own, samples: lowering.plan.microBatch)
        }
        var parameters = QuantizedConvolutionParameters(own)
        parameters.zeroPoint = Int32(operation.result.byteOfZero)
        parameters.resultBytes = Int32(operation.result.elementType.size)
        parameters.addendZeroPoint = Int32(operation.addend?.zero ?? 0)
        parameters.addendScale = Float(operation.addend?.scale ?? 0)
        lowering.emit(
            packing.form == .depthwise ? .quantizedDepthwise : .quantizedConvolution,
            [source.place] + constants + [result.place, addend], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
        lowering.completeBorder(result, of: site.results[0], label: site.name)
    }

    /// Packed weights, bias and scales.
    private func constants(
        _ site: Site, _ packing: WordPacking, _ lowering: inout Lowering
    ) throws(LoweringError) -> [Place] {
        let weights = try lowering.fixedElements(of: site.operands[1], site)
        let bias = packing.bias(
            try lowering.fixedElements(of: site.operands[2], site), less: operation.sourceZero, times: weights)
        let scale = packing.padded(try lowering.fixedElements(of: site.operands[3], site).doubles.map { Float($0) })
        let offsets = [
            lowering.constants.append(packing.weights(weights)), lowering.constants.append(bytes(of: bias)),
            lowering.constants.append(scale),
        ]
        return offsets.map { .fixed(Operand(.constants, offset: $0)) }
    }
}

/// The little-endian bytes of numbers.
private func bytes(of numbers: [Int32]) -> [UInt8] {
    numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}
