import ApusGraph

// Recurrent layers, and the steps that they are made of.
extension OperatorCase {
    static let recurrences: [String: Generator] = [
        "lstm": { random in
            let call = LayerDraw(&random)
            return call.complete(
                LSTM(
                    hidden: call.hidden, direction: call.direction, bias: call.bias, isInitialized: call.isInitialized,
                    isSequenceFirst: call.isSequenceFirst), states: 2, &random)
        },
        "gru": { random in
            let call = LayerDraw(&random)
            return call.complete(
                GRU(
                    hidden: call.hidden, direction: call.direction, resetsAfter: random.chance(0.5), bias: call.bias,
                    isInitialized: call.isInitialized, isSequenceFirst: call.isSequenceFirst), states: 1, &random)
        },
        "rnn": { random in
            let call = LayerDraw(&random)
            return call.complete(
                RNN(
                    hidden: call.hidden, direction: call.direction, usesRelu: random.chance(0.3), bias: call.bias,
                    isInitialized: call.isInitialized, isSequenceFirst: call.isSequenceFirst), states: 1, &random)
        },
        "recurrent_steps": { random in
            let call = StepsDraw(&random)
            var drawn = OperatorCase(
                call.operation, call.operands, draws: call.draws,
                differentiable: call.operands.indices.filter { call.operands[$0].elementType == .f32 })
            drawn.results = (0...call.operation.cell.states).filter { $0 == 0 || random.chance(0.5) }
            return drawn
        },
        "recurrent_steps_gradient": { random in
            let call = StepsDraw(&random)
            let (operation, operands) = (call.operation, call.operands)
            guard let results = try? operation.infer(operands).map(\.type) else { preconditionFailure("\(operands)") }
            let states = operation.cell.states
            var given = (0...states).filter { _ in random.chance(0.6) }
            if given.isEmpty { given = [0] }
            let rest = (operation.bias ? 3 : 2)...
            return OperatorCase(
                RecurrentStepsGradient(
                    operation.cell, given: given, isReverse: operation.isReverse, isInitialized: operation.isInitialized),
                given.map { results[$0] } + [operands[1], results[0]] + results.dropFirst(1 + states) + operands[rest],
                draws: Array(repeating: .spread, count: given.count + 2 + results.count - 1 - states) + call.draws[rest])
        },
    ]
}

/// A recurrent layer of random sizes.
private struct LayerDraw {
    let hidden: Int
    let direction: RecurrentDirection
    let bias: Bool
    let isInitialized: Bool
    let isSequenceFirst: Bool
    let batch: Dimension
    let x: TensorType

    init(_ random: inout SeededRandom) {
        hidden = random.integer(1...2)
        direction = random.pick(.forward, .reverse, .bidirectional)
        bias = random.chance(0.6)
        isInitialized = random.chance(0.5)
        isSequenceFirst = random.chance(0.2)
        // Where the sequence is first, the batch isn't: it has a number then.
        batch = isSequenceFirst ? 2 : "N"
        let steps = Dimension.fixed(random.integer(1...3))
        x = TensorType(
            .f32, (isSequenceFirst ? [steps, batch] : [batch, steps]) + [.fixed(random.integer(1...2))])
    }

    func complete(_ operation: any Operator, states: Int, _ random: inout SeededRandom) -> OperatorCase {
        let state = TensorType(.f32, [batch, direction == .bidirectional ? 2 : 1, .fixed(hidden)])
        var operands = [x] + Array(repeating: state, count: isInitialized ? states : 0)
        if random.chance(0.4) { operands.append(TensorType(.i32, [batch])) }
        operands += operation.implicitParameters(operands).map(\.type)
        var drawn = OperatorCase(
            operation, operands, draws: operands.map { $0.elementType == .i32 ? .whole(0...4) : .spread },
            differentiable: operands.indices.filter { operands[$0].elementType == .f32 })
        drawn.results = (0...states).filter { $0 == 0 || random.chance(0.5) }
        return drawn
    }
}

/// Recurrent steps of random sizes, without clipping, which has no gradient.
private struct StepsDraw {
    let operation: RecurrentSteps
    let operands: [TensorType]
    var draws: [Draw] { operands.map { $0.elementType == .i32 ? .whole(0...4) : .spread } }

    init(_ random: inout SeededRandom) {
        operation = RecurrentSteps(
            random.pick(.lstm, .gruResetAfter, .gruResetBefore, .tanh, .relu), isReverse: random.chance(0.5),
            bias: random.chance(0.6), isInitialized: random.chance(0.5))
        let (hidden, cell) = (random.integer(1...2), operation.cell)
        let batch: Dimension = random.pick("N", 2)
        let rows = Dimension.fixed(cell.gates * hidden)
        let state = TensorType(.f32, [batch, .fixed(hidden)])
        operands =
            [TensorType(.f32, [batch, .fixed(random.integer(1...3)), rows]), TensorType(.f32, [rows, .fixed(hidden)])]
            + (operation.bias ? [TensorType(.f32, [rows])] : [])
            + Array(repeating: state, count: operation.isInitialized ? cell.states : 0)
            + (random.chance(0.4) ? [TensorType(.i32, [batch])] : [])
    }
}
