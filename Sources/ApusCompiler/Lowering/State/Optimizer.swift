import ApusGraph
import ApusInstructions
import ApusPlan

extension Lowering {
    /// The update of the parameters by their gradients, in as few instructions as decay allows.
    mutating func lowerOptimizer() {
        guard let optimizer = options.optimizer, let status = plan.slices.first(where: { $0.kind == .status }) else {
            return
        }
        var blocks: [StateSlice.Kind: Int] = [:]
        for slice in plan.slices where blocks[slice.kind] == nil { blocks[slice.kind] = slice.offset }
        func count(_ values: [ValueID]) -> Int { values.reduce(0) { $0 + (graph[$1].type.sampleElements ?? 0) } }
        let decayed = count(trained.decayed)
        let total = decayed + count(trained.rest)
        let decay: Double
        switch optimizer {
        case .adam(_, _, _, let amount), .momentum(_, _, let amount): decay = amount
        }
        let parts: [(Int, Int, Double)] =
            decay == 0 ? [(0, total, 0.0)] : [(0, decayed, decay), (decayed, total - decayed, 0)]
        for (start, count, decay) in parts where count > 0 {
            func block(_ kind: StateSlice.Kind) -> Operand {
                Operand(.state, offset: (blocks[kind] ?? 0) + start * 4)
            }
            var parameters = OptimizerParameters(count: count)
            parameters.decay = Float(decay)
            let shared = [Operand(.state, offset: status.offset), Operand(.arguments)]
            let opcode: Opcode
            let operands: [Operand]
            switch optimizer {
            case .adam(let beta1, let beta2, let epsilon, _):
                parameters.beta1 = Float(beta1)
                parameters.beta2 = Float(beta2)
                parameters.epsilon = Float(epsilon)
                opcode = .adam
                operands = [block(.parameter), block(.gradient), block(.firstMoment), block(.secondMoment)] + shared
            case .momentum(let amount, let nesterov, _):
                parameters.beta1 = Float(amount)
                parameters.nesterov = nesterov ? 1 : 0
                opcode = .momentum
                operands = [block(.parameter), block(.gradient), block(.firstMoment)] + shared
            }
            plan.epilogue.append(
                Instruction(opcode, operands: operands, parameters: bytes(of: parameters), label: "parameters"))
            if let averageDecay = options.averageDecay {
                var average = OptimizerParameters(count: count)
                average.beta1 = Float(averageDecay)
                plan.epilogue.append(
                    Instruction(
                        .movingAverage, operands: [block(.parameter), block(.average), Operand(.arguments)],
                        parameters: bytes(of: average), label: "average"))
            }
        }
    }
}
