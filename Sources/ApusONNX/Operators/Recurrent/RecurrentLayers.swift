import ApusGraph

extension OperatorTable {
    static let recurrentLayers: [OperatorEntry] = [
        OperatorEntry("LSTM", since: 7) { node throws(NodeFailure) in try node.takeRecurrentLayer(.lstm) },
        OperatorEntry("GRU", since: 7) { node throws(NodeFailure) in try node.takeRecurrentLayer(.gru) },
        OperatorEntry("RNN", since: 7) { node throws(NodeFailure) in try node.takeRecurrentLayer(.rnn) },
    ]
}

/// The recurrent operators of ONNX.
enum RecurrentKind {
    case lstm, gru, rnn

    var gates: Int {
        switch self {
        case .lstm: 4
        case .gru: 3
        case .rnn: 1
        }
    }

    /// The functions of one direction where the file names none.
    var functions: [String] {
        switch self {
        case .lstm: ["Sigmoid", "Tanh", "Tanh"]
        case .gru: ["Sigmoid", "Tanh"]
        case .rnn: ["Tanh"]
        }
    }
}

/// A recurrent layer as the inputs and attributes of a node say it.
struct ImportedRecurrentLayer {
    var kind: RecurrentKind
    var hidden: Int
    var directions: Int
    var isReverse: Bool
    var isBatchFirst: Bool
    /// Whether the batch is first because a transpose before the node was taken away: its results are to be turned.
    var isTurned: Bool
    var clip: Double
    /// The activation functions, those of all directions.
    var functions: [ActivationFunction]
    /// Of GRU: whether the reset gate multiplies what the weight gives.
    var resetsAfter = false
    /// Of LSTM: whether the forget gate is 1 less the input gate.
    var couplesGates = false
    /// `[T, N, F]`, or `[N, T, F]` where the batch is first.
    var x: ValueID
    var weight: ValueID
    var recurrentWeight: ValueID
    var bias: ValueID?
    var lengths: ValueID?
    /// `[N, directions, hidden]`.
    var states: [ValueID?]
    var peepholes: ValueID?

    /// Whether the layers of ours compute it.
    var isPlain: Bool {
        let usual = Array(repeating: kind.functions, count: directions).flatMap { $0 }
        let names = functions.map(\.name)
        let isUsual = names == usual || kind == .rnn && names.allSatisfy { $0 == "Relu" }
        return isUsual && peepholes == nil && !couplesGates
    }
}

extension NodeImport {
    mutating func takeRecurrentLayer(_ kind: RecurrentKind) throws(NodeFailure) {
        let elementType = try inputType(0).elementType
        let layer = try recurrentLayer(kind)
        let results = try layer.isPlain ? plainLayer(layer) : unrolledLayer(layer)
        // y is [N, T, directions, hidden] or, where the batch is not first, [T, N, directions, hidden].
        let isAsWanted = layer.isBatchFirst && !layer.isTurned
        let order = layer.isTurned ? [1, 2, 0, 3] : [0, 2, 1, 3]
        let y = isAsWanted ? results[0] : try transpose(results[0], order)
        finish(try cast(y, to: elementType))
        for (index, state) in results.dropFirst().enumerated() {
            let own = isAsWanted ? state : try transpose(state, [1, 0, 2])
            finish(try cast(own, to: elementType), output: index + 1)
        }
    }

    private mutating func recurrentLayer(_ kind: RecurrentKind) throws(NodeFailure) -> ImportedRecurrentLayer {
        var x = try input(0)
        let recurrentWeight = try input(2)
        let shape = type(recurrentWeight).shape ?? []
        let direction = try word("direction", default: "forward", ["forward": 0, "reverse": 1, "bidirectional": 2])
        let directions = direction == 2 ? 2 : 1
        guard rank(x) == 3, shape.count == 3, shape[0] == directions, shape[1] == kind.gates * shape[2] else {
            throw failure("goes through \(type(x)) with a recurrent weight of \(type(recurrentWeight))")
        }
        let hidden = try int("hidden_size", default: shape[2])
        guard hidden == shape[2] else { throw failure("'hidden_size' is \(hidden), and the weight has \(shape[2])") }
        let isBatchFirst = try flag("layout")
        var isTurned = false
        if !isBatchFirst, let (source, permutation) = turned(x), permutation == [1, 0, 2] {
            x = source
            isTurned = true
        }
        var layer = ImportedRecurrentLayer(
            kind: kind, hidden: hidden, directions: directions, isReverse: direction == 1,
            isBatchFirst: isBatchFirst || isTurned, isTurned: isTurned, clip: try float("clip", default: 0),
            functions: try activationFunctions(kind.functions, directions: directions), x: try single(x),
            weight: try single(try input(1)), recurrentWeight: try single(recurrentWeight), states: [])
        guard rank(layer.weight) == 3 else {
            throw failure("goes through \(type(x)) with a weight of \(type(layer.weight))")
        }
        if let bias = try optionalInput(3) { layer.bias = try single(bias) }
        if let lengths = try optionalInput(4) { layer.lengths = try apply(Cast(to: .i32), lengths) }
        for index in 0..<(kind == .lstm ? 2 : 1) {
            guard let state = try optionalInput(5 + index) else {
                layer.states.append(nil)
                continue
            }
            let own = try single(state)
            layer.states.append(isBatchFirst ? own : try transpose(own, [1, 0, 2]))
        }
        if kind == .lstm {
            if let peepholes = try optionalInput(7) { layer.peepholes = try single(peepholes) }
            layer.couplesGates = try flag("input_forget")
        }
        if kind == .gru { layer.resetsAfter = try flag("linear_before_reset") }
        guard layer.clip >= 0 else { throw failure("'clip' is \(layer.clip)") }
        return layer
    }

    /// The layer by an operator of ours: y, h and, of LSTM, c, with the directions behind the batch.
    private mutating func plainLayer(_ layer: ImportedRecurrentLayer) throws(NodeFailure) -> [ValueID] {
        let (gates, hidden) = (layer.kind.gates, layer.hidden)
        var operands = [layer.x]
        let isInitialized = layer.states.contains { $0 != nil }
        if isInitialized {
            let batch = type(layer.x).dimensions[layer.isBatchFirst ? 0 : 1]
            let zeros = Full(shape: [batch, .fixed(layer.directions), .fixed(hidden)])
            for state in layer.states {
                if let state { operands.append(state) } else { operands.append(try apply(zeros)) }
            }
        }
        if let lengths = layer.lengths { operands.append(lengths) }
        for weight in [layer.weight, layer.recurrentWeight] {
            let dimensions = type(weight).dimensions
            let rows = try reshape(weight, [.fixed(layer.directions * gates * hidden), dimensions[2]])
            operands.append(try arranged(rows, layer))
        }
        var hasTwoBiases = false
        if let bias = layer.bias {
            let inner = try slice(bias, axis: 1, 0, gates * hidden)
            let outer = try slice(bias, axis: 1, gates * hidden, 2 * gates * hidden)
            let rows = [Dimension.fixed(layer.directions * gates * hidden)]
            hasTwoBiases = layer.kind == .gru && layer.resetsAfter
            if hasTwoBiases {
                operands += [try reshape(inner, rows), try reshape(outer, rows)]
            } else {
                operands.append(try arranged(try reshape(try apply(Add(), inner, outer), rows), layer))
            }
        }
        let results = try applyAll(operation(layer, isInitialized: isInitialized), operands)
        let outer = Array(type(results[0]).dimensions.prefix(2))
        let y = try reshape(results[0], outer + [.fixed(layer.directions), .fixed(hidden)])
        return [y] + results.dropFirst()
    }

    private func operation(_ layer: ImportedRecurrentLayer, isInitialized: Bool) -> any Operator {
        let direction: RecurrentDirection =
            layer.directions == 2 ? .bidirectional : layer.isReverse ? .reverse : .forward
        let (bias, isSequenceFirst) = (layer.bias != nil, !layer.isBatchFirst)
        switch layer.kind {
        case .lstm:
            return LSTM(
                hidden: layer.hidden, direction: direction, bias: bias, isInitialized: isInitialized,
                isSequenceFirst: isSequenceFirst, clip: layer.clip)
        case .gru:
            return GRU(
                hidden: layer.hidden, direction: direction, resetsAfter: layer.resetsAfter, bias: bias,
                isInitialized: isInitialized, isSequenceFirst: isSequenceFirst, clip: layer.clip)
        case .rnn:
            return RNN(
                hidden: layer.hidden, direction: direction, usesRelu: layer.functions[0].name == "Relu", bias: bias,
                isInitialized: isInitialized, isSequenceFirst: isSequenceFirst, clip: layer.clip)
        }
    }

    /// The rows of an LSTM's weight or bias in our order of the gates: ONNX has input, output, forget, cell; ours are input, forget,
    /// cell, output.
    private mutating func arranged(_ rows: ValueID, _ layer: ImportedRecurrentLayer) throws(NodeFailure) -> ValueID {
        guard layer.kind == .lstm else { return rows }
        let hidden = layer.hidden
        var parts: [ValueID] = []
        for direction in 0..<layer.directions {
            for gate in [0, 2, 3, 1] {
                let start = (4 * direction + gate) * hidden
                parts.append(try slice(rows, axis: 0, start, start + hidden))
            }
        }
        return try applyAll(Concat(axis: 0), parts)[0]
    }
}
