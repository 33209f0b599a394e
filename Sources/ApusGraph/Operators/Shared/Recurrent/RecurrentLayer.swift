/// Which way a recurrent layer goes through its sequences; bidirectional has a state for either way.
public enum RecurrentDirection: String, Sendable, CaseIterable { case forward, reverse, bidirectional }

/// What lstm, gru and rnn share: a product of all steps' inputs, and the steps in one or both directions.
struct RecurrentLayer: Sendable, Equatable {
    var hidden: Int
    var direction: RecurrentDirection
    var bias: Bool
    var isInitialized: Bool
    var isSequenceFirst: Bool
    var clip: Double

    static let constraints: [OperatorDocumentation.Entry] = [
        .init("C1", "x, and the other operands in their order; the last ones, the parameters, may be left out"),
        .init("C2", "x is f32[N, T, F], T and F numbers"),
        .init("C3", "`hidden` is at least 1"),
        .init("C4", "initial states are f32[N, directions, hidden]"),
        .init("C5", "weights and biases have the types above"),
    ]

    static let attributes: [OperatorDocumentation.Entry] = [
        .init("hidden", "numbers of a state"),
        .init("direction", "forward, reverse or bidirectional; forward"),
        .init("bias", "whether biases are added; true"),
        .init("initial", "whether the initial states are operands; they are zero otherwise; false"),
        .init("clip", "where it is above 0, sums are kept within -clip and clip before a gate's function; 0"),
        .init("sequence_first", "whether x and y are [T, N, ...]; false"),
    ]

    init(
        hidden: Int, direction: RecurrentDirection = .forward, bias: Bool = true, isInitialized: Bool = false,
        isSequenceFirst: Bool = false, clip: Double = 0
    ) {
        self.hidden = hidden
        self.direction = direction
        self.bias = bias
        self.isInitialized = isInitialized
        self.isSequenceFirst = isSequenceFirst
        self.clip = clip
    }

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        hidden = try attributes.integer("hidden", in: AttributeRange.channels)
        let word = try attributes.word("direction", of: RecurrentDirection.allCases.map(\.rawValue), default: "forward")
        direction = RecurrentDirection(rawValue: word) ?? .forward
        bias = try attributes.boolean("bias", default: true)
        isInitialized = try attributes.boolean("initial", default: false)
        clip = try attributes.number("clip", in: 0...AttributeRange.single.upperBound, default: 0)
        isSequenceFirst = try attributes.boolean("sequence_first", default: false)
    }

    var attributes: [Attribute] {
        [Attribute("hidden", .integer(hidden))]
            + (direction == .forward ? [] : [Attribute("direction", .word(direction.rawValue))])
            + (bias ? [] : [Attribute("bias", .boolean(false))])
            + (isInitialized ? [Attribute("initial", .boolean(true))] : [])
            + (clip == 0 ? [] : [Attribute("clip", .number(clip))])
            + (isSequenceFirst ? [Attribute("sequence_first", .boolean(true))] : [])
    }

    private var directions: Int { direction == .bidirectional ? 2 : 1 }

    /// Where the parameters begin.
    private func parametersStart(_ operands: [TensorType], _ cell: RecurrentCell) -> Int {
        let states = 1 + (isInitialized ? cell.states : 0)
        return operands.count > states && operands[states].elementType == .i32 ? states + 1 : states
    }

    func implicitParameters(_ operands: [TensorType], _ cell: RecurrentCell) -> [ImplicitParameter] {
        let (rows, features) = (directions * cell.gates * hidden, operands[0].dimensions.last?.number ?? 1)
        // Within ±1/√hidden, as Józefowicz, Zaremba and Sutskever (2015) and most others start.
        let initializer = Initializer.uniform(1 / Double(max(hidden, 1)).squareRoot())
        func vector(_ suffix: String) -> ImplicitParameter {
            ImplicitParameter(suffix, TensorType(.f32, shape: [rows]), initializer: .constant(0))
        }
        let weights = [
            ImplicitParameter("weight", TensorType(.f32, shape: [rows, features]), initializer: initializer),
            ImplicitParameter("recurrent_weight", TensorType(.f32, shape: [rows, hidden]), initializer: initializer),
        ]
        return weights + (bias ? [vector("bias")] : [])
            + (bias && cell == .gruResetAfter ? [vector("recurrent_bias")] : [])
    }

    func check(_ operands: [TensorType], _ name: String, _ cell: RecurrentCell) throws(ConstraintViolation) {
        let checks = OperandChecks(name, operands)
        let minimum = 1 + (isInitialized ? cell.states : 0)
        guard operands.count >= minimum else {
            throw ConstraintViolation(
                "C1",
                "\(name) takes x\(isInitialized ? " and its initial states" : ""), not \(operands.count) operand\(operands.count == 1 ? "" : "s")",
                remedy: "give it \(minimum) operands, and perhaps lengths and parameters")
        }
        let x = operands[0]
        guard x.elementType == .f32, x.rank == 3, x.dimensions[isSequenceFirst ? 0 : 1].number != nil,
            x.dimensions[2].number != nil
        else {
            throw ConstraintViolation(
                "C2", "\(name) works on sequences f32[N, T, features], not on \(x)",
                remedy: "give f32 of three dimensions, numbers but for the batch", at: .operand(0))
        }
        guard AttributeRange.channels.contains(hidden) else {
            throw ConstraintViolation(
                "C3", "\(name) can't have a state of \(hidden) numbers", remedy: "give it 1 or more",
                at: .attribute("hidden"))
        }
        let batch = x.dimensions[isSequenceFirst ? 1 : 0]
        let state = TensorType(.f32, [batch, .fixed(directions), .fixed(hidden)])
        for index in 1..<minimum { try checks.match("C4", index, state, "an initial state") }
        let start = parametersStart(operands, cell)
        let parameters = implicitParameters(operands, cell)
        guard operands.count <= start + parameters.count else {
            throw ConstraintViolation(
                "C1", "\(name) has \(parameters.count) parameters, not \(operands.count - start)",
                remedy: "give it \(parameters.map(\.suffix).joined(separator: ", "))", at: .operand(start))
        }
        if start > minimum { try checks.match("C1", minimum, TensorType(.i32, [batch]), "the lengths") }
        for (index, parameter) in zip((start...), parameters) where index < operands.count {
            try checks.match("C5", index, parameter.type, "the \(parameter.suffix)")
        }
    }

    /// Emits the layer; its results are y, h and, of lstm, c.
    func compose(
        _ composer: inout Composer, _ operands: [ValueID], _ cell: RecurrentCell
    ) throws(GraphError) -> [ValueID] {
        let types = operands.map { composer.type(of: $0) }
        let start = parametersStart(types, cell)
        let x = isSequenceFirst ? try composer.emit(Transpose(permutation: [1, 0, 2]), operands[0]) : operands[0]
        let lengths = types[start - 1].elementType == .i32 ? [operands[start - 1]] : []
        var results: [[ValueID]] = []
        for number in 0..<directions {
            var parameters: [ValueID] = []
            for parameter in operands[start...] {
                parameters.append(try part(of: parameter, number, axis: 0, &composer))
            }
            var states: [ValueID] = []
            for state in operands[1..<1 + (isInitialized ? cell.states : 0)] {
                let own = try part(of: state, number, axis: 1, &composer)
                states.append(try composer.emit(Squeeze(axes: [1]), own))
            }
            let gates = try composer.emit(
                Linear(units: cell.gates * hidden, bias: bias), [x, parameters[0]] + (bias ? [parameters[2]] : []))
            let recurrentBias = parameters.dropFirst(3)
            let steps = RecurrentSteps(
                cell, isReverse: direction == .reverse || number == 1, bias: !recurrentBias.isEmpty,
                isInitialized: isInitialized, clip: clip)
            results.append(
                try composer.emitAll(steps, [gates, parameters[1]] + recurrentBias + states + lengths))
        }
        var joined = [
            directions == 1 ? results[0][0] : try composer.emit(Concat(axis: 2), results.map { $0[0] })
        ]
        if isSequenceFirst { joined[0] = try composer.emit(Transpose(permutation: [1, 0, 2]), joined[0]) }
        for state in 1...cell.states {
            var parts: [ValueID] = []
            for result in results { parts.append(try composer.emit(Unsqueeze(axes: [1]), result[state])) }
            joined.append(parts.count == 1 ? parts[0] : try composer.emit(Concat(axis: 1), parts))
        }
        return joined
    }

    /// A direction's half of a value; all of it where there is one direction.
    private func part(
        of value: ValueID, _ number: Int, axis: Int, _ composer: inout Composer
    ) throws(GraphError) -> ValueID {
        guard directions == 2 else { return value }
        let half = (composer.type(of: value).dimensions[axis].number ?? 0) / 2
        return try composer.emit(
            Slice(starts: [.fixed(number * half)], ends: [.fixed((number + 1) * half)], axes: [axis]), value)
    }
}
