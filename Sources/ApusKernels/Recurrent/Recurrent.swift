import ApusInstructions

func recurrent(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: RecurrentParameters.self).pointee
    var first = 0
    while first < samples {
        let count = min(RecurrentParameters.samplesTogether, samples - first)
        RecurrentWork(operands, parameters, firstSample: first, samples: count).compute()
        first += count
    }
}

/// Samples whose steps are computed together.
private struct RecurrentWork {
    private let parameters: RecurrentParameters
    private let loops: RecurrentLoops
    private let bias: Floats?
    private let peepholes: Floats?
    private let gates: Floats
    private let outputs: Floats?
    private let saved: Floats?
    private let weights: Floats
    private let operands: UnsafePointer<UnsafeMutableRawPointer?>
    private let firstSample: Int
    private let samples: Int
    private let hidden: Int
    private let memory: RecurrentMemory

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: RecurrentParameters, firstSample: Int,
        samples: Int
    ) {
        self.operands = operands
        self.parameters = parameters
        self.firstSample = firstSample
        self.samples = samples
        hidden = Int(parameters.hidden)
        loops = RecurrentLoops(parameters, lengths: operands[4])
        gates = operands.floats(0)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        peepholes = operands.optionalFloats(3)
        outputs = operands.optionalFloats(7)
        saved = operands.optionalFloats(10)
        memory = RecurrentMemory(operands.floats(11), parameters, samples: samples)
    }

    func compute() {
        for sample in 0..<samples { start(sample) }
        for step in 0..<Int(parameters.steps) {
            multiply()
            for sample in 0..<samples where step < loops.length(firstSample + sample) { advance(sample, step) }
            if parameters.cell == RecurrentCell.gruResetBefore.rawValue {
                multiplyReset()
                for sample in 0..<samples where step < loops.length(firstSample + sample) { finishReset(sample, step) }
            }
        }
        for sample in 0..<samples {
            let offset = (firstSample + sample) &* Int(parameters.finalStride)
            if let state = operands.optionalFloats(8) { copy(memory.state(sample), to: state + offset, count: hidden) }
            if let cell = operands.optionalFloats(9) { copy(memory.cell(sample), to: cell + offset, count: hidden) }
        }
    }

    /// The state before the first step, and the outputs after the last.
    private func start(_ sample: Int) {
        let offset = (firstSample + sample) &* Int(parameters.initialStride)
        memory.set(memory.state(sample), operands.optionalFloats(5).map { $0 + offset })
        memory.set(memory.cell(sample), operands.optionalFloats(6).map { $0 + offset })
        guard let outputs else { return }
        for time in loops.length(firstSample + sample)..<Int(parameters.steps) {
            let place = outputs + (firstSample + sample) &* Int(parameters.outputSampleStride)
            fill(place + time &* Int(parameters.outputStepStride), count: hidden, with: 0)
        }
    }

    /// The products of all states.
    private func multiply() {
        let isReset = parameters.cell == RecurrentCell.gruResetBefore.rawValue
        var product = memory.product(columns: (isReset ? 2 : memory.gates) &* hidden, depth: hidden)
        product.bias = bias
        product.compute(memory.states, weights, memory.sums, scratch: memory.scratch)
    }

    /// The product of the states that were reset.
    private func multiplyReset() {
        var product = memory.product(columns: hidden, depth: hidden)
        product.bias = bias.map { $0 + 2 &* hidden }
        let second =
            weights + MatrixTile.packedElements(lines: 2 &* hidden, depth: hidden, width: 2 &* lanes)
        product.compute(memory.resets, second, memory.sums + 2 &* hidden, scratch: memory.scratch)
    }

    @inline(__always)
    private func row(_ sample: Int, _ step: Int) -> RecurrentRow {
        let time = loops.time(step, firstSample + sample)
        let sampleNumber = firstSample + sample
        let width = memory.saved &* hidden
        return RecurrentRow(
            hidden: hidden, clip: parameters.clip,
            gates: gates + sampleNumber &* Int(parameters.gateSampleStride) + time &* Int(parameters.gateStepStride),
            sums: memory.sums(sample), state: memory.state(sample), cell: memory.cell(sample),
            resetState: memory.reset(sample), peepholes: peepholes,
            output: outputs.map {
                $0 + sampleNumber &* Int(parameters.outputSampleStride) + time &* Int(parameters.outputStepStride)
            },
            saved: saved.map { $0 + sampleNumber &* Int(parameters.savedSampleStride) + time &* width })
    }

    private func advance(_ sample: Int, _ step: Int) {
        let row = row(sample, step)
        switch parameters.cell {
        case RecurrentCell.lstm.rawValue: row.advanceLSTM()
        case RecurrentCell.gruResetAfter.rawValue: row.advanceGRU()
        case RecurrentCell.gruResetBefore.rawValue: row.computeResets()
        default: row.advancePlain(relu: parameters.cell == RecurrentCell.relu.rawValue)
        }
    }

    private func finishReset(_ sample: Int, _ step: Int) { row(sample, step).advanceReset() }
}

/// How many steps a sample has, and where they are.
struct RecurrentLoops {
    private let parameters: RecurrentParameters
    private let lengths: UnsafeMutablePointer<Int32>?

    init(_ parameters: RecurrentParameters, lengths: UnsafeMutableRawPointer?) {
        self.parameters = parameters
        self.lengths = lengths?.assumingMemoryBound(to: Int32.self)
    }

    @inline(__always)
    func length(_ sample: Int) -> Int {
        guard let lengths else { return Int(parameters.steps) }
        return min(max(0, Int(lengths[sample &* Int(parameters.lengthStride)])), Int(parameters.steps))
    }

    /// The place in the sequence of a sample's step, counted in the order of computation.
    @inline(__always)
    func time(_ step: Int, _ sample: Int) -> Int {
        parameters.reverse == 1 ? length(sample) - 1 - step : step
    }
}

/// The scratch of recurrent steps. Rows of states are a vector longer than they need be, so that whole vectors stay inside.
struct RecurrentMemory {
    let gates: Int
    let saved: Int
    let states: Floats
    let cells: Floats
    let resets: Floats
    let sums: Floats
    let scratch: Floats
    private let hidden: Int
    private let samples: Int
    private let stateStride: Int
    private let sumStride: Int

    init(_ memory: Floats, _ parameters: RecurrentParameters, samples: Int) {
        // Raw values, because what the cases themselves answer is a function of another module.
        let isLSTM = parameters.cell == RecurrentCell.lstm.rawValue
        let isPlain = parameters.cell >= RecurrentCell.tanh.rawValue
        gates = isLSTM ? 4 : isPlain ? 1 : 3
        saved = isLSTM ? 5 : isPlain ? 0 : 4
        hidden = Int(parameters.hidden)
        self.samples = samples
        stateStride = hidden + lanes
        sumStride = gates &* hidden + lanes
        states = memory
        cells = states + samples &* stateStride
        resets = cells + samples &* stateStride
        sums = resets + samples &* stateStride
        scratch = sums + samples &* sumStride
    }

    @inline(__always)
    func state(_ sample: Int) -> Floats { states + sample &* stateStride }
    @inline(__always)
    func cell(_ sample: Int) -> Floats { cells + sample &* stateStride }
    @inline(__always)
    func reset(_ sample: Int) -> Floats { resets + sample &* stateStride }
    @inline(__always)
    func sums(_ sample: Int) -> Floats { sums + sample &* sumStride }

    /// The product of all samples' states with packed weights, to their sums.
    func product(columns: Int, depth: Int) -> MatrixProduct {
        var product = MatrixProduct(
            rows: samples, columns: columns, depth: depth, left: MatrixSteps(row: stateStride, column: 1),
            right: MatrixSteps(row: 0, column: 1), destination: MatrixSteps(row: sumStride, column: 1))
        product.isRightPacked = true
        return product
    }

    /// The product of all samples' gate gradients with packed transposed weights, added to their states or, where `toResets`,
    /// in place of what was to be reset.
    func gradientProduct(depth: Int, toResets: Bool) -> MatrixProduct {
        var product = MatrixProduct(
            rows: samples, columns: hidden, depth: depth, left: MatrixSteps(row: sumStride, column: 1),
            right: MatrixSteps(row: 0, column: 1), destination: MatrixSteps(row: stateStride, column: 1))
        product.isRightPacked = true
        product.accumulates = !toResets
        return product
    }

    /// Fills a row of a state with `values`, or with zeros; what is beyond them with zeros.
    func set(_ row: Floats, _ values: Floats?) {
        fill(row, count: stateStride, with: 0)
        if let values { copy(values, to: row, count: hidden) }
    }
}
