import ApusGraph
import ApusInstructions

/// The gradients of rows brought to one mean and deviation. Those of scale and bias are sums over samples.
struct NormalizeRowsGradientRule: OperatorRule, SingleRule {
    let operation: NormalizeRowsGradient

    init(_ operation: NormalizeRowsGradient) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        // What has a stride in common must lie alike.
        let source = try lowering.plainValue(site.operands[0], isAligned: true)
        let gradient = try lowering.plainValue(site.operands[1])
        let scale = try lowering.plainValue(site.operands[2])
        let deviation = try lowering.plainValue(site.operands[3], isAligned: true)
        let mean = operation.isCentered ? try lowering.plainValue(site.operands[4], isAligned: true).place : .none
        var parameters = try NormalizeRowsParameters(
            site, source.shape, axis: operation.axis, groups: operation.groups, epsilon: operation.epsilon)
        parameters.isCentered = operation.isCentered ? 1 : 0
        parameters.sourceSampleStride = Int32(source.sampleStride)
        parameters.destinationSampleStride = Int32(gradient.sampleStride)
        parameters.statisticSampleStride = Int32(deviation.sampleStride)
        let result = try lowering.makePlainResult(site.results[0])
        var sums: [Place] = []
        for value in site.results.dropFirst() {
            sums.append(try lowering.makePlainSum(value, site, isCleared: true).place)
        }
        if sums.count == 1 { sums.append(.none) }
        lowering.emit(
            .normalizeRowsGradient,
            [source.place, gradient.place, scale.place, mean, deviation.place, result.place] + sums, parameters,
            label: site.name)
    }
}
