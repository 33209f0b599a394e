import ApusGraph
import ApusInstructions
import ApusPlan

// Values that are the same for all samples: parameters, constants, sums over samples, and what is made of them.
extension Lowering {
    /// The elements of a parameter or constant.
    func elements(of value: ValueID) throws(LoweringError) -> [Float] {
        if let elements = literals[value] { return elements.map(Float.init) }
        if let elements = computed[value] { return elements }
        let name = graph[value].name
        guard let elements = weights[name] else { throw .missingWeights(parameter: name) }
        let expected = context.samples.shape(value)?.reduce(1, *)
        guard elements.count == expected else {
            throw .wrongWeightCount(parameter: name, expected: expected ?? 0, given: elements.count)
        }
        return elements
    }

    /// Adds to the constants arena.
    mutating func addConstant(_ floats: [Float]) -> Operand {
        let offset = plan.constants.count.roundedUp(to: 64)
        plan.constants.append(contentsOf: repeatElement(0, count: offset - plan.constants.count))
        let words = floats.map(\.bitPattern.littleEndian)
        unsafe words.withUnsafeBytes { unsafe plan.constants.append(contentsOf: $0) }
        return Operand(.constants, offset: offset)
    }

    /// The value as plain elements.
    mutating func wholeValue(_ value: ValueID) throws(LoweringError) -> Whole {
        if let known = whole[value.index] { return known }
        let made = Whole(place: addConstant(try elements(of: value)), shape: try sampleShape(value))
        whole[value.index] = made
        return made
    }

    /// Lowers an operator that works on parameters, constants and sums over samples.
    mutating func lowerWhole(_ site: Site, stage: Stages.Stage) throws(LoweringError) {
        if stage == .prologue, options.weights == .constant { return try evaluate(site.node) }
        var operands: [Whole] = []
        for operand in site.operands { operands.append(try wholeValue(operand)) }
        let result = site.results[0]
        let shape = try sampleShape(result)
        switch site.rule.wholeForm(site) {
        case .view: whole[result.index] = Whole(place: operands[0].place, shape: shape)
        case .expression(let expression):
            let steps = try ElementwiseProgram(expression, operands: operands.count, value: site.name).steps
            let place = addState(elements: shape.reduce(1, *))
            let parameters = ElementwiseParameters(
                count: shape.reduce(1, *), steps: steps.count, sources: operands.count, destinationStride: 0)
            let instruction = Instruction(
                .elementwise, operands: operands.map(\.place) + [place],
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: site.name)
            if stage == .prologue { plan.prologue.append(instruction) } else { plan.epilogue.append(instruction) }
            whole[result.index] = Whole(place: place, shape: shape)
        case nil: throw site.unsupported("works on samples, not on parameters alone")
        }
    }

    /// Computes a value that depends on constant weights alone, with the reference kernel.
    private mutating func evaluate(_ node: Node) throws(LoweringError) {
        var operands: [Tensor] = []
        for operand in node.operands {
            operands.append(
                Tensor(shape: try sampleShape(operand), elements: try elements(of: operand).map(Double.init)))
        }
        var shapes: [[Int]] = []
        for result in node.results { shapes.append(try sampleShape(result)) }
        let results = node.operation.evaluate(operands, results: shapes, context: EvaluationContext())
        for (value, tensor) in zip(node.results, results) { computed[value] = tensor.elements.map(Float.init) }
    }
}
