import ApusGraph
import ApusInstructions

/// Back through the steps of a recurrent network.
struct RecurrentStepsGradientRule: OperatorRule, SingleRule {
    let operation: RecurrentStepsGradient

    init(_ operation: RecurrentStepsGradient) { self.operation = operation }

    func sharedWeightBytes(_ site: Site) -> Int {
        (site.type(site.operands[operation.weightOperand]).shape?.reduce(1, *) ?? 0) * ElementType.f32.size
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let (operands, results) = (site.operands, site.results)
        let output = operands[operation.outputOperand]
        let shape = try lowering.typeShape(output)
        let cell = RecurrentCell(operation.cell)
        var forward = RecurrentParameters(cell: cell, steps: shape[1], hidden: shape[2])
        forward.reverse = operation.isReverse ? 1 : 0
        let weights = try lowering.recurrentPanels(
            operands[operation.weightOperand], cell, hidden: shape[2], isTransposed: true, site)
        let outputs = try lowering.readableOperand(output)
        forward.outputSampleStride = try lowering.partStride(outputs, of: output, site)
        var saved = Place.none
        if let index = operation.savedOperand {
            let stored = try lowering.readableOperand(operands[index])
            forward.savedSampleStride = try lowering.partStride(stored, of: operands[index], site)
            saved = stored.place
        }
        var initial: [Place] = []
        if let first = operation.firstStateOperand {
            (initial, forward.initialStride) = try lowering.recurrentStates(
                Array(operands[first..<first + operation.cell.states]), site)
        }
        var lengths = Place.none
        if let index = operation.lengthsOperand(count: operands.count) {
            let stored = try lowering.readableOperand(operands[index])
            forward.lengthStride = try lowering.partStride(stored, of: operands[index], site)
            lengths = stored.place
        }
        var parameters = RecurrentGradientParameters(forward)
        var outputGradient = Place.none
        if let index = operation.gradientOperand(of: 0) {
            let stored = try lowering.readableOperand(operands[index])
            parameters.outputGradientSampleStride = try lowering.partStride(stored, of: operands[index], site)
            outputGradient = stored.place
        }
        var finalGradients = [Place.none, .none]
        let given = (1...operation.cell.states).filter { operation.gradientOperand(of: $0) != nil }
        let (places, stride) = try lowering.recurrentStates(
            given.compactMap { operation.gradientOperand(of: $0) }.map { operands[$0] }, site)
        if !places.isEmpty { parameters.finalGradientStride = stride }
        for (state, place) in zip(given, places) { finalGradients[state - 1] = place }
        // Both gradients of gates have one stride.
        var gradients: [Stored] = []
        for result in results { gradients.append(try lowering.makeResult(result)) }
        parameters.gateGradientSampleStride = try lowering.partStride(gradients[0], of: results[0], site)
        let states = operation.isInitialized ? Array(gradients.suffix(operation.cell.states)) : []
        if let first = states.first, let last = results.last {
            parameters.initialGradientStride = try lowering.partStride(first, of: last, site)
        }
        func place(_ places: [Place], _ index: Int) -> Place { index < places.count ? places[index] : .none }
        lowering.emit(
            .recurrentGradient,
            [
                outputGradient, finalGradients[0], finalGradients[1], weights, .none, lengths, place(initial, 0),
                place(initial, 1), outputs.place, saved, gradients[0].place,
                cell == .gruResetAfter ? gradients[1].place : .none, place(states.map(\.place), 0),
                place(states.map(\.place), 1),
                try lowering.addScratch(
                    of: RecurrentGradientInstruction.self, parameters, parts: shape[0], site),
            ], parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: shape[0])
    }
}
