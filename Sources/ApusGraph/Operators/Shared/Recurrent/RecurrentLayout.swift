/// What recurrent_steps and its gradient share: attributes, and the types of operands and results.
struct RecurrentLayout: Sendable, Equatable {
    var cell: RecurrentCell
    /// Whether a sample's steps go from its last to its first.
    var isReverse = false
    /// Whether a bias is an operand.
    var bias = true
    /// Whether the initial states are operands.
    var isInitialized = false
    /// Sums are kept within −clip ... clip before a gate's function; 0: they are not.
    var clip = 0.0

    static let attributes: [OperatorDocumentation.Entry] = [
        .init("cell", "lstm, gru_reset_after, gru_reset_before, tanh or relu"),
        .init("reverse", "whether a sample's steps go from its last to its first; false"),
        .init("bias", "whether a bias is an operand; true"),
        .init("initial", "whether the initial states are operands; they are zero otherwise; false"),
        .init("clip", "where it is above 0, sums are kept within -clip and clip before a gate's function; 0"),
    ]

    init(_ cell: RecurrentCell) { self.cell = cell }

    init(_ attributes: inout AttributeReader) throws(AttributeError) {
        let word = try attributes.word("cell", of: RecurrentCell.allCases.map(\.rawValue))
        cell = RecurrentCell(rawValue: word) ?? .lstm
        isReverse = try attributes.boolean("reverse", default: false)
        bias = try attributes.boolean("bias", default: true)
        isInitialized = try attributes.boolean("initial", default: false)
        clip = try attributes.number("clip", in: 0...AttributeRange.single.upperBound, default: 0)
    }

    var attributes: [Attribute] {
        [Attribute("cell", .word(cell.rawValue))]
            + (isReverse ? [Attribute("reverse", .boolean(true))] : [])
            + (bias ? [] : [Attribute("bias", .boolean(false))])
            + (isInitialized ? [Attribute("initial", .boolean(true))] : [])
            + (clip == 0 ? [] : [Attribute("clip", .number(clip))])
    }

    /// The sizes that gates and a weight say; checked.
    func sizes(
        _ gates: TensorType, _ weight: TensorType, _ name: String
    ) throws(ConstraintViolation) -> RecurrentSizes {
        guard gates.elementType == .f32, gates.rank == 3, let steps = gates.dimensions[1].number,
            let width = gates.dimensions[2].number, width % cell.gates == 0
        else {
            throw ConstraintViolation(
                "C2", "\(name) works on \(cell.gates) gates for each step, not on \(gates)",
                remedy: "give f32[N, steps, \(cell.gates) × hidden], numbers but for the batch", at: .operand(0))
        }
        let sizes = RecurrentSizes(
            batch: gates.dimensions[0], steps: steps, hidden: width / cell.gates, cell: cell)
        guard weight == sizes.weight else {
            throw ConstraintViolation(
                "C3", "the weight of \(name) is \(sizes.weight) here, not \(weight)", remedy: "make it \(sizes.weight)",
                at: .operand(1))
        }
        return sizes
    }
}

/// The numbers of a call of recurrent_steps, and the types that follow.
struct RecurrentSizes {
    var batch: Dimension
    var steps: Int
    var hidden: Int
    var cell: RecurrentCell

    private func sequence(_ width: Int) -> TensorType { TensorType(.f32, [batch, .fixed(steps), .fixed(width)]) }
    var gates: TensorType { sequence(cell.gates * hidden) }
    var outputs: TensorType { sequence(hidden) }
    var saved: TensorType { sequence(cell.saved * hidden) }
    var weight: TensorType { TensorType(.f32, shape: [cell.gates * hidden, hidden]) }
    var bias: TensorType { TensorType(.f32, shape: [cell.gates * hidden]) }
    var state: TensorType { TensorType(.f32, [batch, .fixed(hidden)]) }
    var lengths: TensorType { TensorType(.i32, [batch]) }
}
