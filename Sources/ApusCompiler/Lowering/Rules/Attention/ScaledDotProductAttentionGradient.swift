import ApusGraph
import ApusInstructions

/// The gradients of query, key and value.
struct ScaledDotProductAttentionGradientRule: OperatorRule, SingleRule {
    let operation: ScaledDotProductAttention

    init(_ operation: ScaledDotProductAttentionGradient) { self.operation = operation.attention }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let operands = site.operands
        var call = try AttentionCall(
            operation, Array(operands[1..<4]), extras: Array(operands[6...]), site, &lowering)
        let outputGradient = try lowering.readableOperand(operands[0])
        let output = try lowering.readableOperand(operands[4])
        let logarithms = try lowering.readableOperand(operands[5])
        call.parameters.output = try lowering.heads(operation.heads, output, of: operands[4], site)
        call.parameters.logarithmStride = try lowering.partStride(logarithms, of: operands[5], site)
        var parameters = AttentionGradientParameters(call.parameters)
        parameters.outputGradient = try lowering.heads(operation.heads, outputGradient, of: operands[0], site)
        var gradients: [Stored] = []
        for result in site.results { gradients.append(try lowering.makeOutput(result)) }
        parameters.queryGradient = try lowering.heads(operation.heads, gradients[0], of: site.results[0], site)
        parameters.keyGradient = try lowering.heads(operation.keyHeads, gradients[1], of: site.results[1], site)
        parameters.valueGradient = try lowering.heads(operation.keyHeads, gradients[2], of: site.results[2], site)
        let scratch = try lowering.addScratch(
            of: AttentionGradientInstruction.self, parameters, parts: call.parts, site)
        lowering.emit(
            .attentionGradient,
            [
                outputGradient.place, call.query.place, call.key.place, call.value.place, call.mask, call.lengths,
                output.place, logarithms.place,
            ] + gradients.map(\.place) + [scratch], parameters, label: site.name, multiplyAdds: site.multiplyAdds,
            repeats: call.parts)
    }
}
