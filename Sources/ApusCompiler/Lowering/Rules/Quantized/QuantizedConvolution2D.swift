import ApusGraph
import ApusInstructions
import ApusPlan

/// A convolution of bytes whose sums become bytes or numbers of f32.
struct QuantizedConvolution2DRule: OperatorRule {
    private let operation: QuantizedConvolution2D
    private let bytes: ByteConvolution

    init(_ operation: QuantizedConvolution2D) {
        self.operation = operation
        bytes = ByteConvolution(convolution: operation.convolution, sourceZero: operation.sourceZero)
    }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    /// An addend has the border of the result, so that it can be added without another layout of it.
    func companions(_ site: Site) -> [ValueID] { operation.addend == nil ? [] : [site.operands[4]] }

    /// Those of a dense layer; and of Winograd's algorithm where several samples go through a pass, if the network is so small that all that
    /// is computed of sixteen samples stays in the second cache beside its weights.
    func sharedWeightBytes(_ site: Site) -> Int {
        guard let winograd = winograd(site), winograd.cycles.own < winograd.cycles.direct,
            16 * site.context.largestValueBytes <= 64 * 1024
        else { return bytes.sharedWeightBytes(site) }
        return winograd.sharedWeightBytes
    }

    private func winograd(_ site: Site) -> QuantizedWinograd? {
        QuantizedWinograd(
            bytes.shape(site), pool: operation.pool, lanes: site.lanes, permitted: site.context.permitted)
    }

    /// By the definition, or by Winograd's algorithm.
    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let shape = bytes.shape(site)
        let form: WordPacking.Form =
            shape.isDepthwise && operation.pool == nil ? .depthwise : bytes.form(site, layouts)
        let winograd = winograd(site)
        let direct = bytes.candidate(site, form, cycles: winograd?.cycles.direct ?? 0) {
            (packing: WordPacking, lowering: inout Lowering) throws(LoweringError) in
            try emit(site, packing, into: &lowering)
        }
        guard let winograd, form == .channels else { return [direct] }
        let demand = Candidate.Demand(
            value: site.operands[0], border: winograd.sourceBorder, fill: operation.sourceZero)
        return [
            direct,
            Candidate(
                name: "bytes by Winograd", cycles: winograd.cycles.own, scratchBytes: winograd.scratchBytes(),
                demands: [demand]
            ) { (lowering: inout Lowering) throws(LoweringError) in
                try emit(site, winograd, into: &lowering)
            },
        ]
    }

    private func emit(_ site: Site, _ packing: WordPacking, into lowering: inout Lowering) throws(LoweringError) {
        let numbers = try numbers(site, packing, lowering)
        let call = try call(site, packing, border: packing.sourceBorder, &lowering)
        var parameters = call.parameters
        if packing.form != .depthwise {
            parameters.convolution.tile = bytes.tile(site, parameters.convolution, lowering)
        }
        let weights = lowering.constant(packing.weights(numbers.weights))
        lowering.emit(
            packing.form == .depthwise ? .quantizedDepthwise : .quantizedConvolution,
            [
                call.source.place, weights, lowering.constant(numbers.bias), lowering.constant(numbers.scales),
                call.result.place, call.addend,
            ], parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: call.source.imageCount)
        lowering.completeBorder(call.result, of: site.results[0], label: site.name)
    }

    private func emit(
        _ site: Site, _ winograd: QuantizedWinograd, into lowering: inout Lowering
    ) throws(LoweringError) {
        let packing = WordPacking(bytes.shape(site), .channels, lanes: site.lanes)
        let numbers = try numbers(site, packing, lowering)
        guard winograd.isExact(bias: numbers.bias, weights: numbers.weights, scales: numbers.scales) else {
            return try emit(site, packing, into: &lowering)
        }
        let call = try call(site, packing, border: winograd.sourceBorder, &lowering)
        let parameters = QuantizedWinogradParameters(
            call.parameters,
            passTiles: winograd.passTiles(samples: lowering.plan.microBatch, limit: site.scratchLimit))
        let transformed = lowering.constant(winograd.weights(numbers.weights))
        let scratch = try lowering.addScratch(
            of: QuantizedWinogradInstruction.self, parameters, parts: 1, site)
        lowering.emit(
            .quantizedWinograd,
            [
                call.source.place, transformed, lowering.constant(numbers.bias), lowering.constant(numbers.scales),
                call.result.place, call.addend, scratch,
            ], parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: call.source.imageCount)
        lowering.completeBorder(call.result, of: site.results[0], label: site.name)
    }

    /// What both ways multiply with, and make results by.
    private struct Numbers {
        var weights: Elements
        var bias: [Int32]
        var scales: [Float]
    }

    private func numbers(
        _ site: Site, _ packing: WordPacking, _ lowering: borrowing Lowering
    ) throws(LoweringError) -> Numbers {
        let scales = try lowering.fixedElements(of: site.operands[3], site).doubles.map { Float($0) }
        return Numbers(
            weights: try lowering.fixedElements(of: site.operands[1], site),
            bias: try bytes.bias(site, packing, operand: 2, lowering), scales: packing.padded(scales))
    }

    /// What both ways read and write.
    private struct Call {
        var source: Stored
        var result: Stored
        var addend: Place
        var parameters: QuantizedConvolutionParameters
    }

    private func call(
        _ site: Site, _ packing: WordPacking, border: Border, _ lowering: inout Lowering
    ) throws(LoweringError) -> Call {
        let source = try bytes.source(site, packing, border: border, &lowering)
        let result = try lowering.makeResultOrOutput(site.results[0])
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
        var parameters = QuantizedConvolutionParameters(own)
        parameters.zeroPoint = Int32(operation.result.byteOfZero)
        parameters.resultBytes = Int32(operation.result.elementType.size)
        parameters.addendZeroPoint = Int32(operation.addend?.zero ?? 0)
        parameters.addendScale = Float(operation.addend?.scale ?? 0)
        return Call(source: source, result: result, addend: addend, parameters: parameters)
    }
}
