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

    func sharedWeightBytes(_ site: Site) -> Int { bytes.sharedWeightBytes(site) }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let isDepthwise = bytes.shape(site).isDepthwise && operation.pool == nil
        return [
            bytes.candidate(site, isDepthwise ? .depthwise : bytes.form(site, layouts)) {
                (packing: WordPacking, lowering: inout Lowering) throws(LoweringError) in
                try emit(site, packing, into: &lowering)
            }
        ]
    }

    private func emit(_ site: Site, _ packing: WordPacking, into lowering: inout Lowering) throws(LoweringError) {
        let source = try bytes.source(site, packing, &lowering)
        let constants = try bytes.constants(site, packing, bias: 2, &lowering)
        let scales = packing.padded(try lowering.fixedElements(of: site.operands[3], site).doubles.map { Float($0) })
        let scale = Place.fixed(Operand(.constants, offset: lowering.constants.append(scales)))
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
        if packing.form != .depthwise { own.tile = bytes.tile(site, own, lowering) }
        var parameters = QuantizedConvolutionParameters(own)
        parameters.zeroPoint = Int32(operation.result.byteOfZero)
        parameters.resultBytes = Int32(operation.result.elementType.size)
        parameters.addendZeroPoint = Int32(operation.addend?.zero ?? 0)
        parameters.addendScale = Float(operation.addend?.scale ?? 0)
        lowering.emit(
            packing.form == .depthwise ? .quantizedDepthwise : .quantizedConvolution,
            [source.place] + constants + [scale, result.place, addend], parameters, label: site.name,
            multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
        lowering.completeBorder(result, of: site.results[0], label: site.name)
    }
}
