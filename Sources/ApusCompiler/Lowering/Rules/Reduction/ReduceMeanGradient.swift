import ApusGraph
import ApusInstructions

/// The gradient of a mean, repeated along its axes and divided by how many elements the mean is of.
struct ReduceMeanGradientRule: OperatorRule, SingleRule {
    let operation: ReduceMeanGradient

    init(_ operation: ReduceMeanGradient) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let type = site.type(site.results[0])
        let axes = Set(operation.axisNumbers(rank: type.rank))
        guard !type.isBatched || !axes.contains(0) else {
            throw site.unsupported("along the batch needs all samples at once; give the batch a number")
        }
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makePlainResult(site.results[0])
        let share = 1 / Double(axes.reduce(1) { $0 * result.shape[$1] })
        var program = MapProgram(computing: type.elementType, sources: 1)
        let factor = program.constant(share)
        _ = program.apply(.multiply, 0, factor)
        try lowering.emitMap(
            program, result.shape, from: [StridedOperand(source, strides: result.shape.reducedStrides(over: axes))],
            to: StridedOperand(result.stored, strides: rowMajorStrides(result.shape)), site)
    }
}
