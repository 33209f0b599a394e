import ApusGraph
import ApusInstructions

/// The gradients of batch norm by the statistics of the batch.
struct BatchNormGradientRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNormGradient) { epsilon = Float(operation.epsilon) }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.liesByChannels(site.operands[0]) ? .blocked : .plain
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.channelPicture(site.operands[1], site)
        let scale = try lowering.channelVector(site.operands[2])
        let mean = try lowering.channelVector(site.operands[3])
        let variance = try lowering.channelVector(site.operands[4])
        let result = try lowering.makeChannelPicture(site.results[0], site)
        let source =
            site.liesByChannels(site.operands[0])
            ? try lowering.operand(site.operands[0], in: result.layout)
            : try lowering.channelPicture(site.operands[0], site)
        let scaleSum = try lowering.makePlainSum(site.results[1], site, isCleared: true).place
        let biasSum = try lowering.makePlainSum(site.results[2], site, isCleared: true).place
        lowering.emit(
            .batchNormGradient,
            [
                source.place, gradient.place, scale, mean, variance, result.place, scaleSum, biasSum,
            ],
            BatchNormParameters(source: result.layout, destination: gradient.layout, epsilon: epsilon),
            label: site.name, repeats: source.imageCount)
        try lowering.storeChannelPicture(result, in: site.results[0], site)
    }
}
