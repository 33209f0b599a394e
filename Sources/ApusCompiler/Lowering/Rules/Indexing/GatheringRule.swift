import ApusGraph
import ApusInstructions

/// A rule whose instruction takes elements of the first operand by the indices that are its second.
protocol GatheringRule: SingleRule {
    /// Which places the indices say.
    func parameters(_ site: Site, source: PlainValue, indices: PlainValue) throws(LoweringError) -> IndexParameters
}

extension GatheringRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0])
        let indices = try lowering.indexValue(site.operands[1])
        var parameters = try parameters(site, source: source, indices: indices)
        let result = try lowering.makePlainResult(site.results[0], isOutput: true)
        parameters.take(indexed: source, indices: indices, plain: result)
        lowering.emit(.gather, [source.place, indices.place, result.place], parameters, label: site.name)
    }
}
