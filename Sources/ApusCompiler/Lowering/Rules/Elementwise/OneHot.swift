import ApusGraph

/// Compares each index with the running index along the new axis.
struct OneHotRule: OperatorRule, SingleRule {
    let operation: OneHot

    init(_ operation: OneHot) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.results[0])
        let axis = operation.axis < 0 ? operation.axis + shape.count : operation.axis
        var strides = rowMajorStrides(try lowering.typeShape(site.operands[0]))
        strides.insert(0, at: axis)
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makeOutput(site.results[0])
        let type = result.elementType
        // Doubles hold every place exactly.
        var program = MapProgram(computing: type.isFloatingPoint ? .f64 : .i64, sources: 1)
        let fromEnd = program.apply(.add, 0, program.constant(Double(operation.depth)))
        let place = program.apply(.select, program.apply(.less, 0, program.constant(0)), fromEnd, 0)
        let isMarked = program.apply(.equal, place, program.index(along: axis, rank: shape.count))
        let numbers = [operation.on, operation.off].map { Elements.numbers([$0]).converted(to: type).doubles[0] }
        _ = program.apply(.select, isMarked, program.constant(numbers[0]), program.constant(numbers[1]))
        try lowering.emitMap(
            program, shape, from: [StridedOperand(source, strides: strides)],
            to: StridedOperand(result, strides: rowMajorStrides(shape)), site)
    }
}
