import ApusGraph
import ApusInstructions

/// Rows brought to one mean and deviation: layer norm, group norm, instance norm, and RMS norm.
struct NormalizeRowsRule: OperatorRule, SingleRule {
    let operation: NormalizeRows

    init(_ operation: NormalizeRows) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.plainValue(site.operands[0])
        var vectors: [Place] = []
        for operand in site.operands.dropFirst() { vectors.append(try lowering.plainValue(operand).place) }
        if vectors.count == 1 { vectors.append(.none) }
        let result = try lowering.makePlainResult(site.results[0], isOutput: true)
        var parameters = try NormalizeRowsParameters(
            site, source.shape, axis: operation.axis, groups: operation.groups, epsilon: operation.epsilon)
        parameters.isCentered = operation.isCentered ? 1 : 0
        parameters.sourceSampleStride = Int32(source.sampleStride)
        parameters.destinationSampleStride = Int32(result.sampleStride)
        // Where the mean isn't taken away, the statistics are the inverse deviations alone.
        var statistics: [Place] = []
        for value in site.results.dropFirst() {
            guard site.isRead(value) else {
                statistics.append(.none)
                continue
            }
            let statistic = try lowering.makePlainResult(value)
            parameters.statisticSampleStride = Int32(statistic.sampleStride)
            statistics.append(statistic.place)
        }
        let mean = statistics.count > 1 ? statistics[1] : .none
        lowering.emit(
            .normalizeRows, [source.place] + vectors + [result.place, mean, statistics[0]], parameters, label: site.name
        )
    }
}

extension Site {
    /// Whether anything reads the value.
    func isRead(_ value: ValueID) -> Bool { context.isOutput(value) || !readers(of: value).isEmpty }
}

extension NormalizeRowsParameters {
    /// The rows of a value of these dimensions in each sample.
    init(
        _ site: Site, _ dimensions: [Int], axis: Int, groups: Int, epsilon: Double
    ) throws(LoweringError) {
        let first = axis < 0 ? axis + dimensions.count : axis
        guard first > 0 || !site.type(site.operands[0]).isBatched else {
            throw site.unsupported("along the batch needs all samples at once; give the batch a number")
        }
        let elements = dimensions[first...].reduce(1, *)
        let count = elements / max(groups, 1)
        self.init(count: count, rows: dimensions.reduce(1, *) / count, epsilon: Float(epsilon))
        if groups > 0 {
            self.groups = Int32(groups)
            channels = Int32(dimensions[first] / groups)
            spatial = Int32(elements / dimensions[first])
        }
    }
}
