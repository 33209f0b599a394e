import ApusInstructions
import Glibc
import Testing

/// A random recurrent network, and its steps by plain loops in double precision.
struct RecurrentCase: CustomStringConvertible {
    let cell: RecurrentCell
    let samples: Int
    let steps: Int
    let hidden: Int
    var parameters: RecurrentParameters
    var gates: [Double]
    /// `[hidden][gate][hidden]`
    let weights: [Double]
    let bias: [Double]?
    let peepholes: [Double]?
    let lengths: [Int32]?
    var initialState: [Double]?
    var initialCell: [Double]?

    var description: String { "\(samples) samples, \(parameters), lengths \(lengths ?? [])" }

    init(_ random: inout SeededGenerator, cell: RecurrentCell, samples: Int? = nil) {
        func numbers(_ count: Int) -> [Double] { random.floats(count, in: -1...1).map { Double($0) } }
        self.cell = cell
        let samples = samples ?? (random.chance(5) ? random.int(49...52) : random.int(1...5))
        self.samples = samples
        steps = random.int(0...5)
        hidden = random.chance(20) ? random.int(17...40) : random.int(1...9)
        parameters = RecurrentParameters(cell: cell, steps: steps, hidden: hidden)
        parameters.reverse = Int32(random.int(0...1))
        if random.chance(50) {
            (parameters.gateStepStride, parameters.gateSampleStride) = (
                Int32(samples * cell.gates * hidden), Int32(cell.gates * hidden)
            )
            (parameters.outputStepStride, parameters.outputSampleStride) = (Int32(samples * hidden), Int32(hidden))
        }
        gates = numbers(samples * steps * cell.gates * hidden)
        weights = numbers(hidden * cell.gates * hidden).map { Double(Float($0 * 0.5)) }
        bias = random.chance(50) ? numbers(cell.gates * hidden) : nil
        peepholes = cell == .lstm && random.chance(50) ? numbers(3 * hidden) : nil
        let steps = steps
        lengths =
            random.chance(50) ? (0..<samples).map { _ in Int32(random.int(0...steps + 1)) } : nil
        initialState = random.chance(60) ? numbers(samples * hidden) : nil
        initialCell = cell == .lstm && random.chance(60) ? numbers(samples * hidden) : nil
    }

    struct Results {
        var outputs: [Double]
        var state: [Double]
        var cell: [Double]
        /// The least magnitude of what **relu** was applied to.
        var distanceFromCorner = Double.infinity
    }

    func length(_ sample: Int) -> Int { min(lengths.map { Int($0[sample]) } ?? steps, steps) }

    func time(_ step: Int, _ sample: Int) -> Int { parameters.reverse == 1 ? length(sample) - 1 - step : step }

    /// Rows of `width` numbers, sample by sample, as they lie for the kernel: step by step where the parameters say so.
    func arranged<Number>(_ rows: [Number], width: Int) -> [Number] {
        let isByStep = parameters.outputSampleStride == parameters.initialStride && steps > 0
        guard isByStep else { return rows }
        return (0..<rows.count).map { index in
            let (step, sample) = (index / width / samples, index / width % samples)
            return rows[(sample * steps + step) * width + index % width]
        }
    }

    /// The opposite.
    func bySample<Number>(_ rows: [Number], width: Int) -> [Number] {
        let places = arranged(Array(0..<rows.count), width: width)
        var result = rows
        for (index, place) in places.enumerated() { result[place] = rows[index] }
        return result
    }

    /// What the formulas of ``RecurrentCell`` give.
    func reference() -> Results {
        var results = Results(
            outputs: .init(repeating: 0, count: samples * steps * hidden),
            state: initialState ?? .init(repeating: 0, count: samples * hidden),
            cell: initialCell ?? .init(repeating: 0, count: samples * hidden))
        for sample in 0..<samples {
            for step in 0..<length(sample) {
                let time = time(step, sample)
                let range = sample * hidden..<(sample + 1) * hidden
                let (state, cell) = self.step(
                    gates: Array(
                        gates[
                            ((sample * steps + time) * self.cell.gates)
                                * hidden..<((sample * steps + time + 1) * self.cell.gates) * hidden]),
                    state: Array(results.state[range]), cell: Array(results.cell[range]))
                results.state.replaceSubrange(range, with: state)
                results.cell.replaceSubrange(range, with: cell)
                if self.cell == .relu {
                    // The cell, which this network has not, brings the sums.
                    results.distanceFromCorner = min(results.distanceFromCorner, cell.map(abs).min() ?? .infinity)
                    results.cell.replaceSubrange(range, with: [Double](repeating: 0, count: hidden))
                }
                results.outputs.replaceSubrange(
                    (sample * steps + time) * hidden..<(sample * steps + time + 1) * hidden, with: state)
            }
        }
        return results
    }

    private func step(gates x: [Double], state h: [Double], cell c: [Double]) -> (state: [Double], cell: [Double]) {
        func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        func product(_ gate: Int, _ unit: Int, _ state: [Double]) -> Double {
            (0..<hidden).reduce(bias?[gate * hidden + unit] ?? 0) {
                $0 + state[$1] * weights[($1 * cell.gates + gate) * hidden + unit]
            }
        }
        func clipped(_ sum: Double) -> Double {
            let clip = Double(parameters.clip)
            return clip == 0 ? sum : min(max(sum, -clip), clip)
        }
        func sum(_ gate: Int, _ unit: Int, _ addend: Double = 0) -> Double {
            clipped(x[gate * hidden + unit] + product(gate, unit, h) + addend)
        }
        func peephole(_ gate: Int, _ unit: Int) -> Double { peepholes?[gate * hidden + unit] ?? 0 }
        var (state, cells) = (h, c)
        let reset = self.cell == .gruResetBefore ? (0..<hidden).map { logistic(sum(1, $0)) * h[$0] } : []
        for unit in 0..<hidden {
            switch cell {
            case .lstm:
                let input = logistic(sum(0, unit, peephole(0, unit) * c[unit]))
                let forget = logistic(sum(1, unit, peephole(1, unit) * c[unit]))
                cells[unit] = forget * c[unit] + input * tanh(sum(2, unit))
                state[unit] = logistic(sum(3, unit, peephole(2, unit) * cells[unit])) * tanh(cells[unit])
            case .gruResetAfter, .gruResetBefore:
                let update = logistic(sum(0, unit))
                let addend =
                    cell == .gruResetAfter
                    ? logistic(sum(1, unit)) * product(2, unit, h) : product(2, unit, reset)
                let candidate = tanh(clipped(x[2 * hidden + unit] + addend))
                state[unit] = (1 - update) * candidate + update * h[unit]
            case .tanh: state[unit] = tanh(sum(0, unit))
            case .relu:
                cells[unit] = sum(0, unit)
                state[unit] = max(0, cells[unit])
            }
        }
        return (state, cells)
    }

    /// The weights as the kernel reads them: packed by the kernel under test.
    func packedWeights(_ set: InstructionSet, isTransposed: Bool) -> GuardedFloats {
        let source = GuardedFloats(weights.map { Float($0) })
        let width = MatrixTile(lanes: set.lanes).columns
        let across = cell.gates * hidden
        var packed: [Float] = []
        var first = 0
        for gates in cell.products {
            let size = gates * hidden
            let packing =
                isTransposed
                ? PackMatrixParameters(lines: hidden, depth: size, width: width, lineStride: across, depthStride: 1)
                : PackMatrixParameters(lines: size, depth: hidden, width: width, lineStride: 1, depthStride: across)
            let part = GuardedFloats(
                count: MatrixTile.packedElements(
                    lines: isTransposed ? hidden : size, depth: isTransposed ? size : hidden, width: width))
            set.run(.packMatrix, [nil, part], packing, at: source.address + 4 * first * hidden)
            packed += part.values
            first += gates
        }
        return GuardedFloats(packed)
    }
}

extension InstructionSet {
    /// Runs an instruction whose first operand is an address inside of another.
    func run<Parameters>(
        _ opcode: Opcode, _ operands: [GuardedFloats?], _ parameters: Parameters, at first: UnsafeMutableRawPointer
    ) {
        run(opcode, [], parameters, extra: [first] + operands.dropFirst().map { $0?.address })
    }
}

/// Numbers as an operand.
func operand(_ values: [Double]?) -> GuardedFloats? { values.map { GuardedFloats($0.map { Float($0) }) } }
func operand(_ values: [Int32]?) -> GuardedFloats? {
    values.map { GuardedFloats($0.map { Float(bitPattern: UInt32(bitPattern: $0)) }) }
}
