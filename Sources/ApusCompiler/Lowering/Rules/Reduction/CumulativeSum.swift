import ApusGraph
import ApusInstructions

/// Sums up to each element along an axis.
struct CumulativeSumRule: OperatorRule, SingleRule {
    let operation: CumulativeSum

    init(_ operation: CumulativeSum) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let type = site.type(site.operands[0])
        guard [.f32, .i32, .i64].contains(type.elementType) else {
            throw site.unsupported("adds f32, i32 or i64, and not \(type); cast it first")
        }
        let line = try site.line(along: operation.axis, lowering)
        let source = try lowering.plainValue(site.operands[0])
        let result = try lowering.makePlainResult(site.results[0])
        var parameters = AxisParameters(
            outer: line.outer, axis: line.axis, inner: line.inner, sourceSampleStride: source.sampleStride,
            destinationSampleStride: result.sampleStride, operation: ScanOperation.sum.rawValue,
            option: operation.exclusive ? 1 : 0)
        parameters.type = UInt8(source.type.rawValue)
        parameters.isBackward = operation.reverse ? 1 : 0
        lowering.emit(.scan, [source.place, result.place], parameters, label: site.name)
    }
}
