import ApusGraph
import ApusInstructions

/// A reduced value, repeated along the axes that it was reduced over.
struct RepeatAlongRule: OperatorRule, SingleRule {
    let operation: RepeatAlong

    init(_ operation: RepeatAlong) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let axes = Set(operation.axisNumbers(rank: site.type(site.results[0]).rank))
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makePlainResult(site.results[0])
        try lowering.emitCopy(
            result.shape, from: StridedOperand(source, strides: result.shape.reducedStrides(over: axes)),
            to: StridedOperand(result.stored, strides: rowMajorStrides(result.shape)), site)
    }
}
