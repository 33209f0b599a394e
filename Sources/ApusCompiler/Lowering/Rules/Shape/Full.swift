import ApusGraph

/// One number everywhere.
struct FullRule: OperatorRule, SingleRule {
    let operation: Full

    init(_ operation: Full) { self.operation = operation }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let count = try lowering.sampleShape(site.results[0]).reduce(1, *)
        let result = try lowering.makeOutput(site.results[0])
        let number = Elements.numbers([operation.value]).converted(to: result.elementType).doubles[0]
        try lowering.emitFill(result, count: count, with: number, site)
    }
}
