import ApusGraph

/// An operator whose result says something of its operands' shapes, or is written in its attributes: a constant.
protocol KnownResultRule: SingleRule {
    var operation: any Operator { get }
}

extension KnownResultRule {
    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        var operands: [Tensor] = []
        for operand in site.operands {
            let shape = try lowering.typeShape(operand)
            operands.append(Tensor(site.type(operand).elementType, shape: shape, data: Self.nothing(shape)))
        }
        let shape = try lowering.typeShape(site.results[0])
        let type = site.type(site.results[0]).elementType
        let tensor = operation.evaluate(operands, results: [shape], context: EvaluationContext())[0]
        var layout = lowering.packedLayout(site.results[0], try lowering.sampleShape(site.results[0]))
        layout.sampleStride = 0
        lowering.stored[site.results[0].index] = Stored(
            place: .fixed(lowering.addConstant(tensor.converted(to: type).data, type)), layout: layout,
            elementType: type)
    }

    /// Elements that nobody looks at.
    private static func nothing(_ shape: [Int]) -> Elements {
        .integers(Array(repeating: 0, count: shape.reduce(1, *)))
    }
}
