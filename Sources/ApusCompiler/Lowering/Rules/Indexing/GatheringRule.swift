import ApusGraph
import ApusInstructions

/// A rule whose instruction takes elements of the first operand by the indices that are its second.
protocol GatheringRule: SingleRule {
    /// Which places indices of shape `indices` say in an operand of `shape`.
    func parameters(_ site: Site, shape: [Int], indices: [Int]) throws(LoweringError) -> IndexParameters
}

extension GatheringRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        var parameters = try parameters(
            site, shape: try lowering.typeShape(site.operands[0]), indices: try lowering.typeShape(site.operands[1]))
        let source = try lowering.readableOperand(site.operands[0])
        let indices = try lowering.indexOperand(site.operands[1], site)
        let result = try lowering.makeOutput(site.results[0])
        parameters.take(indexed: source, indices: indices, plain: result)
        lowering.emit(.gather, [source.place, indices.place, result.place], parameters, label: site.name)
    }
}
