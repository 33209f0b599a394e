import ApusGraph

/// Compares the running indices of the last two dimensions.
struct TriangleRule: OperatorRule, SingleRule {
    let operation: Triangle

    init(_ operation: Triangle) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.results[0])
        let rank = shape.count
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makeOutput(site.results[0])
        var program = MapProgram(computing: result.elementType, sources: 1)
        let column = program.index(along: rank - 1, rank: rank)
        let row = program.index(along: rank - 2, rank: rank)
        let distance = program.apply(.subtract, column, row)
        let diagonal = program.constant(Double(operation.diagonal))
        let isKept = program.apply(operation.isUpper ? .greaterOrEqual : .lessOrEqual, distance, diagonal)
        _ = program.apply(.select, isKept, 0, program.constant(0))
        let strides = rowMajorStrides(shape)
        try lowering.emitMap(
            program, shape, from: [StridedOperand(source, strides: strides)],
            to: StridedOperand(result, strides: strides), site)
    }
}
