import ApusGraph
import ApusInstructions

/// A convolution of bytes whose sums are the result.
struct IntegerConvolution2DRule: OperatorRule {
    private let bytes: ByteConvolution

    init(_ operation: IntegerConvolution2D) {
        bytes = ByteConvolution(convolution: operation.convolution, sourceZero: operation.sourceZero)
    }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func sharedWeightBytes(_ site: Site) -> Int { bytes.sharedWeightBytes(site) }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        [
            bytes.candidate(site, bytes.form(site, layouts)) {
                (packing: WordPacking, lowering: inout Lowering) throws(LoweringError) in
                let source = try bytes.source(site, packing, border: packing.sourceBorder, &lowering)
                let weights = try lowering.fixedElements(of: site.operands[1], site)
                let bias = try bytes.bias(site, packing, operand: nil, lowering)
                let result = try lowering.makeResult(site.results[0])
                var own = packing.parameters(source: source.layout, destination: result.layout)
                own.tile = bytes.tile(site, own, lowering)
                lowering.emit(
                    .integerConvolution,
                    [source.place, lowering.constant(packing.weights(weights)), lowering.constant(bias), result.place],
                    own, label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
                lowering.completeBorder(result, of: site.results[0], label: site.name)
            }
        ]
    }
}
