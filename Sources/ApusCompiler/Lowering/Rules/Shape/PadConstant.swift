import ApusGraph

/// The number, and the operand inside of it; a margin below 0 cuts off.
struct PadConstantRule: OperatorRule, SingleRule {
    let operation: PadConstant

    init(_ operation: PadConstant) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.operands[0])
        let target = try lowering.typeShape(site.results[0])
        let (before, after) = (operation.before, operation.after)
        let extents = shape.indices.map { shape[$0] + min(before[$0], 0) + min(after[$0], 0) }
        let (from, to) = (rowMajorStrides(shape), rowMajorStrides(target))
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makeOutput(site.results[0])
        if extents != target {
            try lowering.emitFill(result, count: target.reduce(1, *), with: operation.value, site)
        }
        guard extents.allSatisfy({ $0 > 0 }) else { return }
        let first = shape.indices.reduce(0) { $0 + max(-before[$1], 0) * from[$1] }
        let place = shape.indices.reduce(0) { $0 + max(before[$1], 0) * to[$1] }
        try lowering.emitCopy(
            extents, from: StridedOperand(source, strides: from, offset: first),
            to: StridedOperand(result, strides: to, offset: place), site)
    }
}
