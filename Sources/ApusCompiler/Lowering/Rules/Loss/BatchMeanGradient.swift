import ApusGraph
import ApusInstructions
import ApusPlan

struct BatchMeanGradientRule: OperatorRule, SingleRule {
    init(_ operation: BatchMeanGradient) {}

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let gradient = try lowering.plainValue(site.operands[1])
        let result = try lowering.makePlainResult(site.results[0])
        lowering.emit(
            .batchMeanGradient, [gradient.place, result.place, .fixed(Operand(.arguments))],
            BatchMeanParameters(count: result.count, sampleStride: result.sampleStride), label: site.name)
    }
}
