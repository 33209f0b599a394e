import ApusGraph
import ApusInstructions

/// The gradients of batch norm by the statistics of the batch.
struct BatchNormGradientRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNormGradient) { epsilon = Float(operation.epsilon) }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.blockedOperand(site.operands[1])
        let scale = try lowering.paddedVector(site.operands[2])
        let mean = try lowering.paddedVector(site.operands[3])
        let variance = try lowering.paddedVector(site.operands[4])
        let result = try lowering.makeResult(site.results[0])
        let source = try lowering.operand(site.operands[0], in: result.layout)
        let channels = Int(result.layout.channels)
        let padded = channels.roundedUp(to: site.lanes)
        let scaleSum = lowering.makeReduction(site.results[1], elements: padded, form: .copy(count: channels))
        let biasSum = lowering.makeReduction(site.results[2], elements: padded, form: .copy(count: channels))
        lowering.emit(
            .batchNormGradient,
            [
                source.place, gradient.place, .fixed(scale), .fixed(mean), .fixed(variance), result.place,
                .fixed(scaleSum), .fixed(biasSum),
            ],
            BatchNormParameters(source: result.layout, destination: gradient.layout, epsilon: epsilon),
            label: site.name, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
