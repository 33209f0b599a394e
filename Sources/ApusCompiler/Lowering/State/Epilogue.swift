import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// Sums the shards, makes plain values of the sums, and updates statistics and parameters.
    mutating func lowerEpilogue() throws(LoweringError) {
        try unpackReductions()
        for site in context.sites where stages.nodes[site.number] == .epilogue {
            try lowerWhole(site, stage: .epilogue)
        }
        for assignment in graph.gradients { try store(assignment.value, in: slice(assignment.target, .gradient)) }
        for assignment in graph.updates { try store(assignment.value, in: slice(assignment.target, .statistic)) }
        for output in graph.outputs where !context.hasPort(output) {
            let shape = try sampleShape(output)
            let place = addState(elements: shape.reduce(1, *))
            plan.slices.append(
                StateSlice(name: graph[output].name, kind: .result, shape: shape, offset: place.offset))
            try store(output, in: place)
        }
        if !graph.gradients.isEmpty { lowerOptimizer() }
    }

    mutating func copy(_ source: Operand, to place: Operand, count: Int, label: String) {
        plan.epilogue.append(
            Instruction(
                .padVector, operands: [source, place],
                parameters: bytes(of: PadVectorParameters(count: count, paddedCount: count)), label: label))
    }

    /// Copies a value to its slice, where it isn't there already.
    private mutating func store(_ value: ValueID, in place: Operand?) throws(LoweringError) {
        guard let place else { return }
        if context.samples.isDynamic(value) {
            // The activations are gone when the epilogue runs.
            let source = try readableOperand(value)
            let count = try sampleShape(value).reduce(1, *)
            emit(
                .padVector, [source.place, .fixed(place)], PadVectorParameters(count: count, paddedCount: count),
                label: graph[value].name)
            return
        }
        let source = try wholeValue(value)
        if source.place != place { copy(source.place, to: place, count: source.elements, label: graph[value].name) }
    }
}
