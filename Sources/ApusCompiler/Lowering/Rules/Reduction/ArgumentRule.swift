import ApusGraph
import ApusInstructions

/// Where along an axis an extremum is.
protocol ArgumentRule: OperatorRule, SingleRule where Operation: ArgumentOperator {
    static var operation: ArgReduceOperation { get }
    var argument: Operation { get }
}

extension ArgumentRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let line = try site.line(along: argument.axis, lowering)
        let source = try lowering.plainValue(site.operands[0])
        let result = try lowering.makePlainResult(site.results[0])
        var parameters = AxisParameters(
            outer: line.outer, axis: line.axis, inner: line.inner, sourceSampleStride: source.sampleStride,
            destinationSampleStride: result.sampleStride, operation: Self.operation.rawValue,
            option: UInt8(result.type.bytes))
        parameters.type = UInt8(source.type.rawValue)
        parameters.isBackward = argument.selectLast ? 1 : 0
        lowering.emit(.argReduce, [source.place, result.place], parameters, label: site.name)
    }
}

extension Site {
    /// A sample of the first operand as `[outer, axis, inner]`.
    ///
    /// - Throws: where the axis is the batch.
    func line(along axis: Int, _ lowering: Lowering) throws(LoweringError) -> (outer: Int, axis: Int, inner: Int) {
        let dimensions = try lowering.typeShape(operands[0])
        let number = axis < 0 ? axis + dimensions.count : axis
        guard number > 0 || !type(operands[0]).isBatched else {
            throw unsupported("along the batch needs all samples at once; give the batch a number")
        }
        return (
            dimensions[..<number].reduce(1, *), dimensions[number], dimensions[(number + 1)...].reduce(1, *)
        )
    }
}
