import ApusGraph
import ApusInstructions

/// Batch norm by the statistics of the batch, which are sums over samples.
struct BatchNormTrainingRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNormTraining) { epsilon = Float(operation.epsilon) }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.liesByChannels(site.operands[0]) ? .blocked : .plain
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.channelPicture(site.operands[0], site)
        let scale = try lowering.channelVector(site.operands[1])
        let bias = try lowering.channelVector(site.operands[2])
        let result = try lowering.makeChannelPicture(site.results[0], site)
        let mean = try lowering.makePlainSum(site.results[1], site).place
        let variance = try lowering.makePlainSum(site.results[2], site).place
        lowering.emit(
            .batchNormTraining,
            [source.place, scale, bias, result.place, mean, variance],
            BatchNormParameters(source: source.layout, destination: result.layout, epsilon: epsilon),
            label: site.name, repeats: source.imageCount)
        try lowering.storeChannelPicture(result, in: site.results[0], site)
    }
}
