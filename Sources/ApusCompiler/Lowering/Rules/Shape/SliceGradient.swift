import ApusGraph

/// Zeros, and the gradient where the slice was taken.
struct SliceGradientRule: OperatorRule, SingleRule {
    let operation: SliceGradient

    init(_ operation: SliceGradient) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.results[0])
        let part = try SlicedPart(operation.slice, of: site.type(site.results[0]), shape, site)
        let extents = try lowering.typeShape(site.operands[0])
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makeOutput(site.results[0])
        if extents != shape { try lowering.emitFill(result, count: shape.reduce(1, *), with: 0, site) }
        try lowering.emitCopy(
            extents, from: StridedOperand(source, strides: rowMajorStrides(extents)),
            to: StridedOperand(result, strides: part.strides, offset: part.offset), site)
    }
}
