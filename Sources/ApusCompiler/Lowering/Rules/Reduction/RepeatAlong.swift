import ApusGraph
import ApusInstructions

/// A reduced value, repeated along the axes that it was reduced over.
struct RepeatAlongRule: OperatorRule, SingleRule {
    let operation: RepeatAlong

    init(_ operation: RepeatAlong) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let axes = Set(operation.axisNumbers(rank: site.type(site.results[0]).rank))
        let source = try lowering.plainValue(site.operands[0])
        let result = try lowering.makePlainResult(site.results[0])
        var parameters = CopyParameters(
            extents: eight(result.dimensions, padding: 1), elementBytes: result.type.bytes,
            sourceStrides: eight(result.strides(repeating: axes), padding: 0),
            destinationStrides: eight(result.strides, padding: 0))
        parameters.sourceSampleStride = Int32(source.sampleStride)
        parameters.destinationSampleStride = Int32(result.sampleStride)
        lowering.emit(.copy, [source.place, result.place], parameters, label: site.name)
    }
}

/// The mean's gradient: the same, divided by how many elements the mean is of.
struct ReduceMeanGradientRule: OperatorRule, SingleRule {
    let operation: ReduceMeanGradient

    init(_ operation: ReduceMeanGradient) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        try site.requireSinglePrecision()
        let type = site.type(site.results[0])
        let axes = Set(operation.axisNumbers(rank: type.rank))
        guard !type.isBatched || !axes.contains(0) else {
            throw site.unsupported("along the batch needs all samples at once; give the batch a number")
        }
        let source = try lowering.plainValue(site.operands[0])
        let result = try lowering.makePlainResult(site.results[0])
        let steps = [
            MapStep(constant: 1 / Double(axes.reduce(1) { $0 * result.dimensions[$1] }), result: 1),
            MapStep(.multiply, first: 0, second: 1, result: 0),
        ]
        var parameters = MapParameters(
            extents: eight(result.dimensions, padding: 1), computeType: .float32, sourceCount: 1,
            stepCount: steps.count,
            destination: MapOperand(strides: eight(result.strides, padding: 0), sampleStride: result.sampleStride))
        parameters.sources.0 = MapOperand(
            strides: eight(result.strides(repeating: axes), padding: 0), sampleStride: source.sampleStride)
        lowering.emit(parameters, steps, [source.place, result.place], label: site.name)
    }
}

extension PlainValue {
    /// The strides of a value that has no part along `axes`, over the dimensions of this one.
    fileprivate func strides(repeating axes: Set<Int>) -> [Int] {
        let kept = dimensions.indices.map { axes.contains($0) ? 1 : dimensions[$0] }
        return rowMajorStrides(kept).enumerated().map { axes.contains($0.offset) ? 0 : $0.element }
    }
}
