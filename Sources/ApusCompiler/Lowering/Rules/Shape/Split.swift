import ApusGraph

/// Each result is a part of the operand: a view where its elements lie together, else a copy.
struct SplitRule: OperatorRule, SingleRule {
    let operation: Split

    init(_ operation: Split) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.operands[0])
        let axis = operation.axis < 0 ? operation.axis + shape.count : operation.axis
        let strides = rowMajorStrides(shape)
        var start = 0
        for result in site.results {
            let extents = try lowering.typeShape(result)
            let movement = Movement(extents: extents, strides: strides, offset: start * strides[axis])
            try lowering.move(site.operands[0], to: result, by: movement, site)
            start += extents[axis]
        }
    }
}
