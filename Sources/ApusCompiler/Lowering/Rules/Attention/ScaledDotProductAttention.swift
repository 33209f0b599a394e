import ApusGraph
import ApusInstructions

/// Attention of all heads.
struct ScaledDotProductAttentionRule: OperatorRule, SingleRule {
    let operation: ScaledDotProductAttention

    init(_ operation: ScaledDotProductAttention) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        var call = try AttentionCall(
            operation, Array(site.operands[..<3]), extras: Array(site.operands[3...]), site, &lowering)
        let output = try lowering.makeOutput(site.results[0])
        call.parameters.output = try lowering.heads(operation.heads, output, of: site.results[0], site)
        let logarithms = try lowering.makeIfRead(site.results[1], isOutput: true, site)
        if let logarithms {
            call.parameters.logarithmStride = try lowering.partStride(logarithms, of: site.results[1], site)
        }
        let scratch = try lowering.addScratch(
            of: AttentionInstruction.self, call.parameters, parts: call.parts, site)
        lowering.emit(
            .attention,
            [
                call.query.place, call.key.place, call.value.place, call.mask, call.lengths, output.place,
                logarithms?.place ?? .none, scratch,
            ], call.parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: call.parts)
    }
}
