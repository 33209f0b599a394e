import ApusGraph
import ApusInstructions
import ApusPlan

/// The mean over all elements of a batch: a sum over samples.
struct BatchMeanRule: OperatorRule, SingleRule {
    init(_ operation: BatchMean) {}

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0])
        let mean = try lowering.makePlainSum(site.results[0], site, isCleared: true)
        lowering.emit(
            .batchMean, [source.place, mean.place, .fixed(Operand(.arguments))],
            BatchMeanParameters(count: source.count, sampleStride: source.sampleStride), label: site.name)
    }
}
