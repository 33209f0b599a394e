extension Opcode {
    /// `gates, packed weights, bias?, peepholes?, lengths?, initial state?, initial cell?, outputs?, final state?, final cell?,
    /// saved?, scratch` · ``RecurrentParameters``
    package static let recurrent = Opcode(rawValue: 176)
}

/// A kind of recurrent step. The order of the gates is that of the formulas. `σ` is the logistic function, `x` are the
/// projected inputs, `h` and `c` state and cell before the step, `b` the bias.
package enum RecurrentCell: Int32, Sendable, CaseIterable {
    /// Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997), with forget gates and the peepholes `p` (input, forget, output)
    /// of Gers and Schmidhuber, "Recurrent Nets that Time and Count" (2000):
    ///
    ///     i = σ(xᵢ + h·Rᵢ + bᵢ + pᵢ·c)    f = σ(x_f + h·R_f + b_f + p_f·c)    g = tanh(x_g + h·R_g + b_g)
    ///     c' = f·c + i·g    o = σ(xₒ + h·Rₒ + bₒ + pₒ·c')    h' = o·tanh(c')
    case lstm = 0
    /// Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014), with the reset gate after the product:
    ///
    ///     z = σ(x_z + h·R_z + b_z)    r = σ(x_r + h·R_r + b_r)
    ///     n = tanh(x_n + r·(h·R_n + b_n))    h' = (1 − z)·n + z·h
    case gruResetAfter = 1
    /// The same with the reset gate before the product: `n = tanh(x_n + (r·h)·R_n + b_n)`.
    case gruResetBefore = 2
    /// `h' = tanh(x + h·R + b)`
    case tanh = 3
    /// `h' = max(0, x + h·R + b)`
    case relu = 4

    /// Gates of a step.
    package var gates: Int {
        switch self {
        case .lstm: 4
        case .gruResetAfter, .gruResetBefore: 3
        case .tanh, .relu: 1
        }
    }

    /// What a step saves for the gradient, in numbers of `hidden` elements. **lstm**: `i, f, g, o, c'`. **gru**: `z, r, n`, and
    /// `h·R_n + b_n` (reset after) or `r·h` (reset before).
    package var saved: Int {
        switch self {
        case .lstm: 5
        case .gruResetAfter, .gruResetBefore: 4
        case .tanh, .relu: 0
        }
    }

    /// The gates of each product with the state: of two matrices the second multiplies `r·h`.
    package var products: [Int] { self == .gruResetBefore ? [2, 1] : [gates] }
}

/// The steps of a recurrent network, for samples that share each reading of the weights.
///
/// - Gates are the projected inputs, `[step][gate][hidden]`; input biases are in them. `reverse` 1 goes from a sample's last step
///   to its first.
/// - Packed weights are, for each of ``RecurrentCell/products``, a right operand packed by **packMatrix** with `hidden` terms and
///   a column for each unit of each gate. The bias is `[gate][hidden]`, and peepholes are `[3][hidden]`.
/// - Lengths are one Int32 for each sample, `lengthStride` apart: its steps. Outputs of later steps are zero. Numbers outside of
///   0 to `steps` count as the nearest of these.
/// - Where `clip` is above 0, sums are limited to −clip ... clip before the gate's function.
/// - Outputs are the states `[step][hidden]`; the final state and cell are those after the sample's last step, and the initial
///   ones, zero where null, stand `initialStride` apart. Saved is `[step][``RecurrentCell/saved``][hidden]`; of steps beyond
///   a sample's length nothing is written.
///
/// Strides count elements.
package struct RecurrentParameters: Sendable, BitwiseCopyable {
    /// A ``RecurrentCell``.
    package var cell: Int32
    package var steps: Int32
    package var hidden: Int32
    package var reverse: Int32 = 0
    package var clip: Float = 0
    package var gateStepStride: Int32
    package var gateSampleStride: Int32
    package var outputStepStride: Int32
    package var outputSampleStride: Int32
    package var savedSampleStride: Int32
    package var initialStride: Int32
    package var finalStride: Int32
    package var lengthStride: Int32 = 1

    /// Everything lies without gaps, sample by sample.
    package init(cell: RecurrentCell, steps: Int, hidden: Int) {
        self.cell = cell.rawValue
        self.steps = Int32(steps)
        self.hidden = Int32(hidden)
        gateStepStride = Int32(cell.gates * hidden)
        gateSampleStride = Int32(steps * cell.gates * hidden)
        outputStepStride = Int32(hidden)
        outputSampleStride = Int32(steps * hidden)
        savedSampleStride = Int32(steps * cell.saved * hidden)
        initialStride = Int32(hidden)
        finalStride = Int32(hidden)
    }

    /// Samples that are computed together.
    package static var samplesTogether: Int { 48 }

    /// Elements of the scratch of **recurrent** and **recurrentGradient**: state, cell, sums and a product's input for each sample
    /// computed together, and what a product needs.
    package static func scratchElements(cell: RecurrentCell, hidden: Int, samples: Int, lanes: Int) -> Int {
        let together = min(max(samples, 0), samplesTogether)
        let gates = cell.gates * hidden
        let product = MatrixTile(lanes: lanes).scratchElements(rows: together, columns: gates, depth: gates)
        return together * (3 * (hidden + lanes) + gates + lanes) + product
    }
}

/// The fields of recurrent steps, checked.
struct CheckedRecurrent: Sendable {
    let fields: RecurrentParameters
    let cell: RecurrentCell
    let hidden: Int
    let lanes: Int
    let gates: MatrixExtent
    let outputs: MatrixExtent
    let saved: MatrixExtent

    init(_ fields: RecurrentParameters, lanes: Int) throws(ParameterError) {
        self.fields = fields
        self.lanes = lanes
        guard let cell = RecurrentCell(rawValue: fields.cell) else {
            throw ParameterError("\(fields.cell) is no recurrent cell")
        }
        self.cell = cell
        hidden = Int(fields.hidden)
        try requireExtent(fields.steps, "number of steps")
        guard (0...1 << 20).contains(hidden) else {
            throw ParameterError("the number of hidden units is \(hidden), not from 0 to \(1 << 20)")
        }
        try requireFlag(fields.reverse, "reverse")
        guard fields.clip >= 0, fields.clip.isFinite else { throw ParameterError("clip is \(fields.clip)") }
        gates = try Self.steps(
            "gates", fields.steps, stride: fields.gateStepStride, elements: fields.hidden * Int32(cell.gates))
        outputs = try Self.steps("outputs", fields.steps, stride: fields.outputStepStride, elements: fields.hidden)
        let saved = fields.hidden * Int32(cell.saved)
        self.saved = try Self.steps("saved", fields.steps, stride: saved, elements: saved)
    }

    /// What steps of adjacent elements span.
    static func steps(
        _ name: String, _ steps: Int32, stride: Int32, elements: Int32
    ) throws(ParameterError) -> MatrixExtent {
        var extent = MatrixExtent(name)
        try extent.extend(steps, stride: stride)
        try extent.extend(elements, stride: 1)
        return extent
    }

    /// The products of each step, and what the gates' functions take.
    func steps(samples: Int) -> Int {
        turns(samples, Int(fields.steps), turns(cell.gates, hidden), hidden + 16)
    }

    /// One row of `hidden` elements for each sample.
    func rows(_ name: String, samples: Int, stride: Int32, access: OperandExtent.Access) -> OperandExtent {
        MatrixExtent.rows(name, elements: hidden, samples: samples, stride: stride, access: access)
    }

    /// The packed weights: `isTransposed` for the gradient's.
    func weights(isTransposed: Bool) -> OperandExtent {
        let width = MatrixTile(lanes: lanes).columns
        var elements = 0
        for gates in cell.products {
            elements += MatrixTile.packedElements(
                lines: isTransposed ? hidden : gates * hidden, depth: isTransposed ? gates * hidden : hidden,
                width: width)
        }
        return MatrixExtent.plain("packed weights", elements: elements, access: .read)
    }

    func peepholes() -> OperandExtent {
        MatrixExtent.plain("peepholes", elements: cell == .lstm ? 3 * hidden : 0, access: .read, isOptional: true)
    }

    func lengths(samples: Int) -> OperandExtent {
        MatrixExtent.rows(
            "lengths", elements: 1, samples: samples, stride: fields.lengthStride, access: .read)
    }

    func scratch(samples: Int) -> OperandExtent {
        MatrixExtent.plain(
            "scratch",
            elements: RecurrentParameters.scratchElements(
                cell: cell, hidden: hidden, samples: samples, lanes: lanes),
            access: .scratch)
    }
}

/// The definition of **recurrent**.
package struct RecurrentInstruction: InstructionDefinition {
    package static let opcode = Opcode.recurrent
    package static let name = "recurrent"

    private let checked: CheckedRecurrent

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        checked = try CheckedRecurrent(parameters.load(RecurrentParameters.self), lanes: lanes)
    }

    package func steps(samples: Int) -> Int? { checked.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let (fields, cell) = (checked.fields, checked.cell)
        return [
            checked.gates.operand(samples: samples, sampleStride: fields.gateSampleStride, access: .read),
            checked.weights(isTransposed: false),
            MatrixExtent.plain("bias", elements: cell.gates * checked.hidden, access: .read, isOptional: true),
            checked.peepholes(),
            checked.lengths(samples: samples),
            checked.rows("initial state", samples: samples, stride: fields.initialStride, access: .read),
            checked.rows("initial cell", samples: samples, stride: fields.initialStride, access: .read),
            checked.outputs.operand(
                samples: samples, sampleStride: fields.outputSampleStride, access: .write, isOptional: true),
            checked.rows("final state", samples: samples, stride: fields.finalStride, access: .write),
            checked.rows("final cell", samples: samples, stride: fields.finalStride, access: .write),
            checked.saved.operand(
                samples: samples, sampleStride: fields.savedSampleStride, access: .write, isOptional: true),
            checked.scratch(samples: samples),
        ]
    }
}
