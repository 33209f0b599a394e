import ApusGraph

/// Loads that convert, and stores that do.
struct CastRule: OperatorRule, SingleRule {
    init(_ operation: Cast) {}

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.readableOperand(site.operands[0])
        let result = try lowering.makeOutput(site.results[0])
        let count = try lowering.sampleShape(site.results[0]).reduce(1, *)
        try lowering.emitMap(
            MapProgram(converting: source.elementType, to: result.elementType), [count],
            from: [StridedOperand(source, strides: [1])], to: StridedOperand(result, strides: [1]), site)
    }
}
