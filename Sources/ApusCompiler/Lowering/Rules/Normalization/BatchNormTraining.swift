import ApusGraph
import ApusInstructions

/// Batch norm by the statistics of the batch, which are sums over samples.
struct BatchNormTrainingRule: OperatorRule, SingleRule {
    let epsilon: Float

    init(_ operation: BatchNormTraining) { epsilon = Float(operation.epsilon) }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.blockedOperand(site.operands[0])
        let scale = try lowering.paddedVector(site.operands[1])
        let bias = try lowering.paddedVector(site.operands[2])
        let result = try lowering.makeResult(site.results[0])
        let channels = Int(source.layout.channels)
        let padded = channels.roundedUp(to: site.lanes)
        let mean = lowering.makeReduction(site.results[1], elements: padded, form: .copy(count: channels))
        let variance = lowering.makeReduction(site.results[2], elements: padded, form: .copy(count: channels))
        lowering.emit(
            .batchNormTraining,
            [source.place, .fixed(scale), .fixed(bias), result.place, .fixed(mean), .fixed(variance)],
            BatchNormParameters(source: source.layout, destination: result.layout, epsilon: epsilon),
            label: site.name, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
