import ApusGraph
import ApusInstructions

/// Softmax and its relatives: an operator that works on each line along an axis by itself, on operands of one shape. Lines along the
/// last axis are rows; others lie apart.
protocol RowRule: SingleRule {
    static var rows: Opcode { get }
    static var lines: Opcode { get }
    static var isLogarithmic: Bool { get }
    /// Whether the kernel for rows writes samples that lie right after one another, as callers want them.
    static var writesOutput: Bool { get }

    var axis: Int { get }
}

extension RowRule {
    static var writesOutput: Bool { false }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let line = try site.line(along: axis, lowering)
        var sources: [PlainValue] = []
        // Several operands have one stride for all.
        for operand in site.operands { sources.append(try lowering.singlePrecisionValue(operand, site)) }
        let places = sources.map(\.place)
        guard line.inner == 1 else {
            let result = try lowering.makeSinglePrecisionResult(site.results[0], isOutput: true)
            var parameters = SoftmaxAxisParameters(
                outer: line.outer, axis: line.axis, inner: line.inner, isLogarithmic: Self.isLogarithmic)
            parameters.sampleStride = Int32(sources[0].sampleStride)
            parameters.destinationSampleStride = Int32(result.sampleStride)
            lowering.emit(Self.lines, places + [result.place], parameters, label: site.name)
            return try lowering.storeResult(result, of: site.results[0], site)
        }
        let result = try lowering.makeSinglePrecisionResult(site.results[0], isOutput: Self.writesOutput)
        var parameters = RowParameters(
            count: line.axis, rows: line.outer, rowStride: line.axis, sampleStride: sources[0].sampleStride)
        parameters.resultStride = Int32(result.sampleStride)
        parameters.labelStride = 1
        lowering.emit(Self.rows, places + [result.place], parameters, label: site.name)
        try lowering.storeResult(result, of: site.results[0], site)
    }
}
