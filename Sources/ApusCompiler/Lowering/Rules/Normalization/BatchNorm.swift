import ApusGraph
import ApusInstructions

/// Batch norm by running statistics, of blocked images; values of other ranks go through one.
struct BatchNormRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNorm) { epsilon = Float(operation.epsilon) }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.liesByChannels(site.operands[0]) ? .blocked : .plain
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.channelImage(site.operands[0], site)
        var vectors: [Place] = []
        for operand in site.operands.dropFirst() { vectors.append(try lowering.channelVector(operand)) }
        let result = try lowering.makeChannelImage(site.results[0], site)
        lowering.emit(
            .batchNorm, [source.place] + vectors + [result.place],
            BatchNormParameters(source: source.layout, destination: result.layout, epsilon: epsilon),
            label: site.name, repeats: source.imageCount)
        try lowering.storeChannelImage(result, in: site.results[0], site)
    }
}
