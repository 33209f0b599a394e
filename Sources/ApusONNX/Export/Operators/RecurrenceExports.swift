import ApusGraph

extension ExportTable {
    static let recurrences: [ExportEntry] = [
        .of(LSTM.self) { _, node throws(NodeFailure) in
            // Ours are i, f, g and o; ONNX has i, o, f and g.
            try node.finish(RecurrentExport("LSTM", gates: [0, 3, 1, 2], states: 2, node))
        },
        .of(GRU.self) { _, node throws(NodeFailure) in
            try node.finish(RecurrentExport("GRU", gates: [0, 1, 2], states: 1, node))
        },
        .of(RNN.self) { _, node throws(NodeFailure) in
            try node.finish(RecurrentExport("RNN", gates: [0], states: 1, node))
        },
    ]
}

/// A recurrent layer: where its operands are, and how the rows of its weights go into ONNX's order.
private struct RecurrentExport {
    let type: String
    /// For each gate of ONNX the number of ours.
    let gates: [Int]
    let states: Int
    let hidden: Int
    let directions: Int
    let direction: String
    let isInitialized: Bool
    /// The operand that has the lengths; nil where all steps count.
    let lengths: Int?
    /// The first of the parameters.
    let parameters: Int

    init(_ type: String, gates: [Int], states: Int, _ node: NodeExport) {
        self.type = type
        self.gates = gates
        self.states = states
        hidden = node.int("hidden", default: 1)
        direction = node.word("direction", default: "forward")
        directions = direction == "bidirectional" ? 2 : 1
        isInitialized = node.flag("initial")
        let start = 1 + (isInitialized ? states : 0)
        lengths = start < node.operandCount && node.elementType(start) == .i32 ? start : nil
        parameters = lengths.map { $0 + 1 } ?? start
    }

    /// Puts the rows of a parameter, `size` numbers each, into ONNX's order.
    func ordered(_ elements: [Float], size: Int) -> [Float] {
        let block = hidden * size
        return (0..<directions).flatMap { direction in
            gates.flatMap { gate in
                let start = (direction * gates.count + gate) * block
                return Array(elements[start..<start + block])
            }
        }
    }
}

extension NodeExport {
    fileprivate mutating func finish(_ layer: RecurrentExport) throws(NodeFailure) {
        let isSequenceFirst = flag("sequence_first")
        guard operandCount > layer.parameters + 1 else { throw failure("its parameters are not operands") }
        var inputs = [isSequenceFirst ? operand() : transpose(operand(), [1, 0, 2])]
        inputs.append(try weight(layer, layer.parameters))
        inputs.append(try weight(layer, layer.parameters + 1))
        inputs.append(try bias(layer))
        inputs.append(try lengths(layer))
        for state in 0..<layer.states {
            inputs.append(layer.isInitialized ? transpose(operand(1 + state), [1, 0, 2]) : "")
        }
        let wanted = node.results.map { state.isRead($0) }
        let outputs = emitLayer(layer, inputs, wanted)
        if wanted[0] { try finishSteps(layer, outputs[0], isSequenceFirst) }
        for state in 1...layer.states where wanted[state] {
            finish(transpose(outputs[state], [1, 0, 2]), result: state)
        }
    }

    /// The lengths, within the steps that there are: runtimes refuse others.
    private mutating func lengths(_ layer: RecurrentExport) throws(NodeFailure) -> String {
        guard let index = layer.lengths else { return "" }
        let steps = try numbers([type().dimensions[flag("sequence_first") ? 0 : 1]])[0]
        return emit("Clip", [operand(index), scalar(0, .i32), scalar(Double(steps), .i32)])
    }

    private mutating func emitLayer(_ layer: RecurrentExport, _ inputs: [String], _ wanted: [Bool]) -> [String] {
        let (size, direction) = (ExportAttribute.int(layer.hidden), ExportAttribute.string(layer.direction))
        let activation = word("activation", default: "tanh") == "relu" ? "Relu" : "Tanh"
        let activations = ExportAttribute.strings(Array(repeating: activation, count: layer.directions))
        let reset = ExportAttribute.flag(flag("linear_before_reset", default: true))
        let clip = number("clip").map { ExportAttribute.float($0) }
        switch (layer.type, clip) {
        case ("LSTM", let clip?):
            return emitAll(
                layer.type, inputs, wanted: wanted, ["hidden_size": size, "direction": direction, "clip": clip])
        case ("LSTM", nil):
            return emitAll(layer.type, inputs, wanted: wanted, ["hidden_size": size, "direction": direction])
        case ("GRU", let clip?):
            return emitAll(
                layer.type, inputs, wanted: wanted,
                ["hidden_size": size, "direction": direction, "linear_before_reset": reset, "clip": clip])
        case ("GRU", nil):
            return emitAll(
                layer.type, inputs, wanted: wanted,
                ["hidden_size": size, "direction": direction, "linear_before_reset": reset])
        case (_, let clip?):
            return emitAll(
                layer.type, inputs, wanted: wanted,
                ["hidden_size": size, "direction": direction, "activations": activations, "clip": clip])
        case (_, nil):
            return emitAll(
                layer.type, inputs, wanted: wanted,
                ["hidden_size": size, "direction": direction, "activations": activations])
        }
    }

    /// The states after each step, from `[T, directions, N, hidden]`.
    private mutating func finishSteps(
        _ layer: RecurrentExport, _ steps: String, _ isSequenceFirst: Bool
    ) throws(NodeFailure) {
        if layer.directions == 1 {
            let rows = emit("Squeeze", [steps, vector([1])])
            return finish(isSequenceFirst ? rows : transpose(rows, [1, 0, 2]))
        }
        let joined = transpose(steps, isSequenceFirst ? [0, 2, 1, 3] : [2, 0, 1, 3])
        finish(emit("Reshape", [joined, vector([0, 0, layer.directions * layer.hidden])]))
    }

    /// A weight as `[directions, rows, size]`.
    private mutating func weight(_ layer: RecurrentExport, _ index: Int) throws(NodeFailure) -> String {
        let size = try numbers(type(index).dimensions)[1]
        let shape = [layer.directions, layer.gates.count * layer.hidden, size]
        if let known = state.known(node.operands[index]) {
            return state.weights(layer.ordered(known, size: size), shape: shape, inPlaceOf: node.operands[index])
        }
        return ordered(operand(index), layer, [size], shape)
    }

    /// The biases as `[directions, 2 · rows]`: the recurrent ones behind the others.
    private mutating func bias(_ layer: RecurrentExport) throws(NodeFailure) -> String {
        let (first, second) = (layer.parameters + 2, layer.parameters + 3)
        guard first < operandCount else { return "" }
        let rows = layer.gates.count * layer.hidden
        let count = layer.directions * rows
        let recurrent =
            second < operandCount ? state.known(node.operands[second]) : [Float](repeating: 0, count: count)
        if let known = state.known(node.operands[first]), let recurrent {
            let (own, other) = (layer.ordered(known, size: 1), layer.ordered(recurrent, size: 1))
            let joined = (0..<layer.directions).flatMap { direction in
                let range = direction * rows..<(direction + 1) * rows
                return Array(own[range]) + Array(other[range])
            }
            return state.weights(joined, shape: [layer.directions, 2 * rows], inPlaceOf: node.operands[first])
        }
        let own = ordered(operand(first), layer, [], [layer.directions, rows])
        let other =
            second < operandCount
            ? ordered(operand(second), layer, [], [layer.directions, rows])
            : constant(Tensor(shape: [layer.directions, rows]))
        return emit("Concat", [own, other], ["axis": .int(1)])
    }

    /// The same for a parameter that is computed.
    private mutating func ordered(_ value: String, _ layer: RecurrentExport, _ size: [Int], _ shape: [Int]) -> String {
        let split = emit(
            "Reshape", [value, vector([layer.directions, layer.gates.count, layer.hidden] + size)])
        return emit("Reshape", [emit("Gather", [split, vector(layer.gates)], ["axis": .int(1)]), vector(shape)])
    }
}
