import ApusGraph
import ApusInstructions
import ApusPlan

/// The gradients of batch norm by the statistics of the batch: those of scale and bias are summed over all samples, and then those of
/// the samples are made.
struct BatchNormGradientRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNormGradient) { epsilon = Float(operation.epsilon) }

    var combinesSamples: Bool { true }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.liesByChannels(site.operands[0]) ? .blocked : .plain
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.channelImage(site.operands[0], site)
        let gradient = try lowering.channelImage(site.operands[1], site)
        let scale = try lowering.channelVector(site.operands[2])
        let mean = try lowering.channelVector(site.operands[3])
        let variance = try lowering.channelVector(site.operands[4])
        let result = try lowering.makeChannelImage(site.results[0], site)
        let scaleSum = try lowering.makePlainSum(site.results[1], site, isCleared: true).place
        let biasSum = try lowering.makePlainSum(site.results[2], site, isCleared: true).place
        let norm = BatchNormParameters(source: source.layout, destination: gradient.layout, epsilon: epsilon)
        lowering.emit(
            .batchNormGradientSums, [source.place, gradient.place, mean, variance, scaleSum, biasSum], norm,
            label: site.name, repeats: source.imageCount)
        lowering.emit(
            .batchNormGradient,
            [
                source.place, gradient.place, scale, mean, variance, try lowering.channelVector(site.results[1]),
                try lowering.channelVector(site.results[2]), result.place, .fixed(Operand(.arguments)),
            ],
            BatchNormGradientParameters(
                norm: norm, result: result.layout,
                count: source.imageCount * Int(source.layout.height) * Int(source.layout.width)),
            label: site.name, repeats: source.imageCount)
        try lowering.storeChannelImage(result, in: site.results[0], site)
    }
}
