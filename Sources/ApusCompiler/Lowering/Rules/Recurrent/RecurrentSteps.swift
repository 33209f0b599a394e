import ApusGraph
import ApusInstructions

/// The steps of a recurrent network, for many samples at once.
struct RecurrentStepsRule: OperatorRule, SingleRule {
    let operation: RecurrentSteps

    init(_ operation: RecurrentSteps) { self.operation = operation }

    func sharedWeightBytes(_ site: Site) -> Int {
        (site.type(site.operands[1]).shape?.reduce(1, *) ?? 0) * ElementType.f32.size
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let (operands, results) = (site.operands, site.results)
        let shape = try lowering.typeShape(results[0])
        let cell = RecurrentCell(operation.cell)
        let gates = try lowering.readableOperand(operands[0])
        let weights = try lowering.recurrentPanels(
            operands[1], cell, hidden: shape[2], isTransposed: false, site)
        var parameters = RecurrentParameters(cell: cell, steps: shape[1], hidden: shape[2])
        parameters.reverse = operation.isReverse ? 1 : 0
        parameters.clip = Float(operation.clip)
        parameters.gateSampleStride = try lowering.partStride(gates, of: operands[0], site)
        let bias = try operation.biasOperand.map { (index) throws(LoweringError) in
            try lowering.readableOperand(operands[index]).place
        }
        var initial: [Place] = []
        if let first = operation.firstStateOperand {
            (initial, parameters.initialStride) = try lowering.recurrentStates(
                Array(operands[first..<first + operation.cell.states]), site)
        }
        let lengths = try operation.lengthsOperand(count: operands.count).map { (index) throws(LoweringError) in
            try lowering.readableOperand(operands[index])
        }
        if let lengths, let last = operands.last {
            parameters.lengthStride = try lowering.partStride(lengths, of: last, site)
        }
        let outputs = try lowering.makeIfRead(results[0], isOutput: true, site)
        if let outputs { parameters.outputSampleStride = try lowering.partStride(outputs, of: results[0], site) }
        var final: [Place] = []
        for result in results[1...operation.cell.states] {
            let state = try lowering.makeIfRead(result, isOutput: false, site)
            if let state { parameters.finalStride = try lowering.partStride(state, of: result, site) }
            final.append(state?.place ?? .none)
        }
        var saved: Stored?
        if operation.cell.saved > 0 {
            let result = results[results.count - 1]
            saved = try lowering.makeIfRead(result, isOutput: true, site)
            if let saved {
                parameters.savedSampleStride = try lowering.partStride(saved, of: result, site)
                // Beyond a sample's length the instruction saves nothing.
                if lengths != nil {
                    let count = try lowering.sampleShape(result).reduce(1, *)
                    try lowering.emitFill(saved, count: count, with: 0, site)
                }
            }
        }
        func place(_ places: [Place], _ index: Int) -> Place { index < places.count ? places[index] : .none }
        lowering.emit(
            .recurrent,
            [
                gates.place, weights, bias ?? .none, .none, lengths?.place ?? .none, place(initial, 0),
                place(initial, 1), outputs?.place ?? .none, place(final, 0), place(final, 1), saved?.place ?? .none,
                try lowering.addScratch(of: RecurrentInstruction.self, parameters, parts: shape[0], site),
            ], parameters, label: site.name, multiplyAdds: site.multiplyAdds, repeats: shape[0])
    }
}
