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
        func whole(_ kind: StateSlice.Kind) -> Operand { Operand(.state, offset: blocks[kind] ?? 0) }
        let gradients = options.accumulatesGradients ? StateSlice.Kind.gradientSum : .gradient
        if options.accumulatesGradients { accumulate(whole(.gradient), to: whole(.gradientSum), count: total) }
        if let norm = options.maximumNorm { clip(whole(gradients), count: total, norm: norm) }
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
                operands = [block(.parameter), block(gradients), block(.firstMoment), block(.secondMoment)] + shared
            case .momentum(let amount, let nesterov, _):
                parameters.beta1 = Float(amount)
                parameters.nesterov = nesterov ? 1 : 0
                opcode = .momentum
                operands = [block(.parameter), block(gradients), block(.firstMoment)] + shared
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

    /// Adds the gradients of a batch to those of the step's earlier ones.
    private mutating func accumulate(_ gradients: Operand, to sums: Operand, count: Int) {
        plan.epilogue.append(
            Instruction(
                .accumulate, operands: [gradients, sums, Operand(.arguments)],
                parameters: bytes(of: AccumulateParameters(count: count)), label: "gradients"))
    }

    /// Limits the norm of all gradients together.
    ///
    /// The squares are summed in parts, so that threads can share them. Where those begin depends on the number of gradients
    /// alone, and so do the sum's bits.
    private mutating func clip(_ gradients: Operand, count: Int, norm: Double) {
        let size = max(Self.smallestPart, (count + Self.mostParts - 1) / Self.mostParts).roundedUp(to: 16)
        let starts = Array(stride(from: 0, to: count, by: size))
        let sums = addState(bytes: starts.count * MemoryLayout<Double>.size)
        for (part, start) in starts.enumerated() {
            plan.epilogue.append(
                Instruction(
                    .squareSum,
                    operands: [
                        Operand(gradients.arena, offset: gradients.offset + start * 4),
                        Operand(sums.arena, offset: sums.offset + part * MemoryLayout<Double>.size),
                        Operand(.arguments),
                    ],
                    parameters: bytes(of: SquareSumParameters(count: min(size, count - start))), label: "gradients"))
        }
        plan.epilogue.append(
            Instruction(
                .clip, operands: [gradients, sums, Operand(.arguments)],
                parameters: bytes(of: ClipParameters(count: count, parts: starts.count, limit: Float(norm))),
                label: "gradients"))
    }

    /// Gradients of a sum of squares, at least.
    private static let smallestPart = 1 << 16
    /// Sums of squares, at most.
    private static let mostParts = 32
}
