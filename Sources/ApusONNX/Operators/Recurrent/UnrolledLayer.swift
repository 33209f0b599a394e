import ApusGraph

/// A recurrent layer written out step by step, for what the layers of ours don't have: other functions, peepholes, coupled gates.
struct UnrolledDirection {
    let layer: ImportedRecurrentLayer
    /// The number of the direction.
    let number: Int
    /// The weights of this direction, transposed: `[F, gates · hidden]` and `[hidden, gates · hidden]`.
    private let weight: ValueID
    private let recurrentWeight: ValueID
    /// `[1, gates · hidden]`, the second one added to what the recurrent weight gives.
    private let biases: [ValueID]
    /// `[1, hidden]` for input, output and forget gate.
    private let peepholes: [ValueID]
    private let functions: [ActivationFunction]

    init(_ layer: ImportedRecurrentLayer, _ number: Int, _ node: inout NodeImport) throws(NodeFailure) {
        self.layer = layer
        self.number = number
        let count = layer.kind.functions.count
        functions = Array(layer.functions[number * count..<(number + 1) * count])
        var matrices: [ValueID] = []
        for value in [layer.weight, layer.recurrentWeight] {
            let own = try node.apply(Squeeze(axes: [0]), try node.slice(value, axis: 0, number, number + 1))
            matrices.append(try node.transpose(own, [1, 0]))
        }
        (weight, recurrentWeight) = (matrices[0], matrices[1])
        var vectors: [ValueID] = []
        let width = layer.kind.gates * layer.hidden
        if let bias = layer.bias {
            let own = try node.slice(bias, axis: 0, number, number + 1)
            for part in 0..<2 { vectors.append(try node.slice(own, axis: 1, part * width, (part + 1) * width)) }
        }
        biases = vectors
        vectors = []
        if let all = layer.peepholes {
            let own = try node.slice(all, axis: 0, number, number + 1)
            for gate in 0..<3 {
                vectors.append(try node.slice(own, axis: 1, gate * layer.hidden, (gate + 1) * layer.hidden))
            }
        }
        peepholes = vectors
    }

    /// The states after a step.
    ///
    /// - Parameters:
    ///   - x: `[N, F]`.
    ///   - states: `[N, hidden]` each.
    func step(_ x: ValueID, _ states: [ValueID], _ node: inout NodeImport) throws(NodeFailure) -> [ValueID] {
        var own = try node.apply(MatMul(), x, weight)
        var recurrent = try node.apply(MatMul(), states[0], recurrentWeight)
        if !biases.isEmpty {
            own = try node.apply(Add(), own, biases[0])
            recurrent = try node.apply(Add(), recurrent, biases[1])
        }
        switch layer.kind {
        case .rnn: return [try node.apply(functions[0](clipped(.operand(0) + .operand(1))), own, recurrent)]
        case .gru: return [try gatedStep(own, recurrent, states[0], &node)]
        case .lstm: return try memoryStep(try node.apply(Add(), own, recurrent), states[1], &node)
        }
    }

    private func clipped(_ sum: Expression) -> Expression {
        layer.clip > 0 ? .minimum(.maximum(sum, .constant(-layer.clip)), .constant(layer.clip)) : sum
    }

    private func gate(_ sums: ValueID, _ number: Int, _ node: inout NodeImport) throws(NodeFailure) -> ValueID {
        try node.slice(sums, axis: 1, number * layer.hidden, (number + 1) * layer.hidden)
    }

    private func gatedStep(
        _ own: ValueID, _ recurrent: ValueID, _ h: ValueID, _ node: inout NodeImport
    ) throws(NodeFailure) -> ValueID {
        let sigmoid = functions[0](clipped(.operand(0) + .operand(1)))
        let update = try node.apply(sigmoid, try gate(own, 0, &node), try gate(recurrent, 0, &node))
        let reset = try node.apply(sigmoid, try gate(own, 1, &node), try gate(recurrent, 1, &node))
        let candidate: ValueID
        if layer.resetsAfter {
            candidate = try node.apply(
                functions[1](clipped(.operand(0) + .operand(1) * .operand(2))), try gate(own, 2, &node), reset,
                try gate(recurrent, 2, &node))
        } else {
            let kept = try node.apply(Multiply(), reset, h)
            var product = try node.apply(MatMul(), kept, try gate(recurrentWeight, 2, &node))
            if !biases.isEmpty { product = try node.apply(Add(), product, try gate(biases[1], 2, &node)) }
            candidate = try node.apply(
                functions[1](clipped(.operand(0) + .operand(1))), try gate(own, 2, &node), product)
        }
        return try node.apply(
            (1 - .operand(0)) * .operand(1) + .operand(0) * .operand(2), update, candidate, h)
    }

    private func memoryStep(
        _ sums: ValueID, _ c: ValueID, _ node: inout NodeImport
    ) throws(NodeFailure) -> [ValueID] {
        func seeing(_ peephole: Int, _ cell: ValueID, _ number: Int, _ node: inout NodeImport) throws(NodeFailure)
            -> ValueID
        {
            let own = try gate(sums, number, &node)
            guard !peepholes.isEmpty else { return try node.apply(functions[0](clipped(.operand(0))), own) }
            return try node.apply(
                functions[0](clipped(.operand(0) + .operand(1) * .operand(2))), own, peepholes[peephole], cell)
        }
        let input = try seeing(0, c, 0, &node)
        let forget = layer.couplesGates ? try node.apply(1 - .operand(0), input) : try seeing(2, c, 2, &node)
        let candidate = try node.apply(functions[1](clipped(.operand(0))), try gate(sums, 3, &node))
        let cell = try node.apply(
            .operand(0) * .operand(1) + .operand(2) * .operand(3), forget, c, input, candidate)
        let output = try seeing(1, cell, 1, &node)
        return [try node.apply(.operand(0) * functions[2](.operand(1)), output, cell), cell]
    }
}

extension NodeImport {
    /// Steps after which a layer is not written out.
    private static let stepLimit = 1024

    /// y, h and, of LSTM, c, with the directions behind the batch.
    mutating func unrolledLayer(_ layer: ImportedRecurrentLayer) throws(NodeFailure) -> [ValueID] {
        let time = layer.isBatchFirst ? 1 : 0
        let dimensions = type(layer.x).dimensions
        guard let count = dimensions[time].number, count <= Self.stepLimit else {
            throw failure(
                "has \(dimensions[time]) steps to write out, for its functions or peepholes are not the usual ones")
        }
        let batch = dimensions[1 - time]
        var lengths: ValueID?
        if let given = layer.lengths { lengths = try reshape(given, [batch, 1]) }
        var sequences: [ValueID] = []
        var last = [[ValueID]](repeating: [], count: layer.states.count)
        for number in 0..<layer.directions {
            let direction = try UnrolledDirection(layer, number, &self)
            var states: [ValueID] = []
            for state in layer.states {
                if let state {
                    states.append(try apply(Squeeze(axes: [1]), try slice(state, axis: 1, number, number + 1)))
                } else {
                    states.append(try apply(Full(shape: [batch, .fixed(layer.hidden)])))
                }
            }
            let isReverse = layer.isReverse || number == 1
            var results: [ValueID] = []
            for step in isReverse ? Array((0..<count).reversed()) : Array(0..<count) {
                let x = try apply(Squeeze(axes: [time]), try slice(layer.x, axis: time, step, step + 1))
                let next = try direction.step(x, states, &self)
                guard let lengths else {
                    states = next
                    results.append(next[0])
                    continue
                }
                let limit = try constant(Tensor(.i32, shape: [], integers: [step]))
                let isWithin = try apply(Greater(), lengths, limit)
                let zero = try scalar(0, like: next[0])
                results.append(try apply(Where(), isWithin, next[0], zero))
                for index in states.indices { states[index] = try apply(Where(), isWithin, next[index], states[index]) }
            }
            if isReverse { results.reverse() }
            var lines: [ValueID] = []
            for result in results { lines.append(try apply(Unsqueeze(axes: [time, 2]), result)) }
            sequences.append(try applyAll(Concat(axis: time), lines)[0])
            for (index, state) in states.enumerated() { last[index].append(try apply(Unsqueeze(axes: [1]), state)) }
        }
        var all = [layer.directions == 1 ? sequences[0] : try applyAll(Concat(axis: 2), sequences)[0]]
        for parts in last { all.append(parts.count == 1 ? parts[0] : try applyAll(Concat(axis: 1), parts)[0]) }
        return all
    }
}
