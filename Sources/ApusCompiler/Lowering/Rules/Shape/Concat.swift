import ApusGraph

/// Each operand is copied to its part of the result.
struct ConcatRule: OperatorRule, SingleRule {
    let operation: Concat

    init(_ operation: Concat) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.results[0])
        let axis = operation.axis < 0 ? operation.axis + shape.count : operation.axis
        let strides = rowMajorStrides(shape)
        var sources: [Stored] = []
        for operand in site.operands { sources.append(try lowering.readableOperand(operand)) }
        let result = try lowering.makeOutput(site.results[0])
        var start = 0
        for (operand, source) in zip(site.operands, sources) {
            let extents = try lowering.typeShape(operand)
            try lowering.emitCopy(
                extents, from: StridedOperand(source, strides: rowMajorStrides(extents)),
                to: StridedOperand(result, strides: strides, offset: start * strides[axis]), site)
            start += extents[axis]
        }
    }
}
