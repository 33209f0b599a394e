import ApusGraph
import ApusInstructions
import ApusPlan

// Values that are the same for all samples: parameters, constants, sums over samples, and what is made of them.
extension Lowering {
    /// The elements of a parameter or constant.
    func elements(of value: ValueID) throws(LoweringError) -> Elements {
        if let elements = literals[value] ?? computed[value] { return elements }
        return .numbers(try weights(of: value).map { Double($0) })
    }

    /// The elements of a parameter or constant in single precision.
    func floats(of value: ValueID) throws(LoweringError) -> [Float] {
        guard let elements = literals[value] ?? computed[value] else { return try weights(of: value) }
        return elements.doubles.map { Float($0) }
    }

    private func weights(of value: ValueID) throws(LoweringError) -> [Float] {
        let name = graph[value].name
        guard let elements = weights[name] else { throw .missingWeights(parameter: name) }
        let expected = context.samples.shape(value)?.reduce(1, *)
        guard elements.count == expected else {
            throw .wrongWeightCount(parameter: name, expected: expected ?? 0, given: elements.count)
        }
        return elements
    }

    /// Adds to the constants arena.
    mutating func addConstant(_ elements: Elements, _ type: ElementType) -> Operand {
        let offset =
            type == .f32
            ? constants.append(elements.doubles.map { Float($0) }) : constants.append(elements.bytes(of: type))
        return Operand(.constants, offset: offset)
    }

    /// The value as plain elements.
    mutating func wholeValue(_ value: ValueID) throws(LoweringError) -> Whole {
        if let known = whole[value.index] { return known }
        if let sum = try combinedSum(value) { return sum }
        let type = graph[value].type.elementType
        let place =
            type == .f32
            ? Operand(.constants, offset: constants.append(try floats(of: value)))
            : addConstant(try elements(of: value), type)
        let made = Whole(place: place, shape: try sampleShape(value), elementType: type)
        whole[value.index] = made
        return made
    }

    /// Lowers an operator that works on parameters, constants and sums over samples.
    mutating func lowerWhole(_ site: Site, stage: Stages.Stage) throws(LoweringError) {
        let isConstant = site.operands.allSatisfy { literals[$0] != nil || computed[$0] != nil }
        if stage == .prologue, options.weights == .constant || isConstant { return try evaluate(site.node) }
        var operands: [Whole] = []
        for operand in site.operands { operands.append(try wholeValue(operand)) }
        let result = site.results[0]
        let shape = try sampleShape(result)
        switch site.rule.wholeForm(site) {
        case .view:
            whole[result.index] = Whole(place: operands[0].place, shape: shape, elementType: operands[0].elementType)
        case .expression(let expression):
            let steps = try ElementwiseProgram(expression, operands: operands.count, value: site.name).steps
            var elements = shape.reduce(1, *)
            // The body reads whole blocks.
            if stage == .combination { elements = elements.roundedUp(to: lanes) }
            let place = addState(elements: elements)
            let parameters = ElementwiseParameters(
                count: shape.reduce(1, *), steps: steps.count, sources: operands.count, destinationStride: 0)
            let instruction = PendingInstruction(
                opcode: .elementwise, operands: (operands.map(\.place) + [place]).map { .fixed($0) },
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: site.name,
                multiplyAdds: 0)
            during(stage) { $0.append(instruction) }
            whole[result.index] = Whole(place: place, shape: shape)
        case nil: try lowerOnce(site, stage)
        }
    }

    /// Lowers a node by its rule, as one sample that is computed once a run.
    private mutating func lowerOnce(_ site: Site, _ stage: Stages.Stage) throws(LoweringError) {
        let candidate = candidates[site.number]
        try during(stage) { (lowering) throws(LoweringError) in try candidate.emit(&lowering) }
        for result in site.results {
            guard let made = stored[result.index] else { continue }
            guard made.isPlain, case .fixed(let place) = made.place else {
                throw site.unsupported("works on samples, not on parameters alone")
            }
            stored[result.index] = nil
            whole[result.index] = Whole(place: place, shape: try sampleShape(result), elementType: made.elementType)
        }
    }

    /// Computes a value that depends on constant weights alone, with the reference kernel.
    private mutating func evaluate(_ node: Node) throws(LoweringError) {
        var operands: [Tensor] = []
        for operand in node.operands {
            operands.append(
                Tensor(
                    graph[operand].type.elementType, shape: try sampleShape(operand),
                    data: try elements(of: operand)))
        }
        var shapes: [[Int]] = []
        for result in node.results { shapes.append(try sampleShape(result)) }
        let results = node.operation.evaluate(operands, results: shapes, context: EvaluationContext())
        for (value, tensor) in zip(node.results, results) {
            computed[value] =
                graph[value].type.elementType.isFloatingPoint
                ? .numbers(tensor.elements) : tensor.converted(to: graph[value].type.elementType).data
        }
    }
}
