import ApusGraph
import ApusInstructions

/// A rule whose instruction takes elements of the first operand by the indices that are its second.
protocol GatheringRule: SingleRule {
    /// Which places the indices say.
    func parameters(
        _ site: Site, source: RowMajorOperand, indices: RowMajorOperand
    ) throws(LoweringError) -> IndexParameters
}

extension GatheringRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.rowMajorOperand(site.operands[0])
        let indices = try lowering.indexOperand(site.operands[1])
        var parameters = try parameters(site, source: source, indices: indices)
        let result = RowMajorOperand(try lowering.makeOutput(site.results[0]), shape: [])
        parameters.take(indexed: source, indices: indices, plainSampleStride: result.sampleStride)
        lowering.emit(.gather, [source.place, indices.place, result.place], parameters, label: site.name)
    }
}
