import ApusInstructions

func recurrentGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: RecurrentGradientParameters.self).pointee
    var first = 0
    while first < samples {
        let count = min(RecurrentParameters.samplesTogether, samples - first)
        RecurrentGradientWork(operands, parameters, firstSample: first, samples: count).compute()
        first += count
    }
}

/// Samples whose steps are gone back together. In the scratch, states and cells are their gradients, sums those of the products'
/// results, and resets that of `r·h`.
private struct RecurrentGradientWork {
    private let parameters: RecurrentGradientParameters
    private let loops: RecurrentLoops
    private let operands: UnsafePointer<UnsafeMutableRawPointer?>
    private let weights: Floats
    private let firstSample: Int
    private let samples: Int
    private let hidden: Int
    private let memory: RecurrentMemory

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: RecurrentGradientParameters,
        firstSample: Int, samples: Int
    ) {
        self.operands = operands
        self.parameters = parameters
        self.firstSample = firstSample
        self.samples = samples
        hidden = Int(parameters.forward.hidden)
        weights = operands.floats(3)
        loops = RecurrentLoops(parameters.forward, lengths: operands[5])
        memory = RecurrentMemory(operands.floats(14), parameters.forward, samples: samples)
    }

    func compute() {
        let isReset = parameters.forward.cell == RecurrentCell.gruResetBefore.rawValue
        for sample in 0..<samples { start(sample) }
        var step = Int(parameters.forward.steps) - 1
        while step >= 0 {
            for sample in 0..<samples {
                if step < loops.length(firstSample + sample) {
                    goBack(sample, step)
                } else {
                    fill(memory.sums(sample), count: memory.gates &* hidden, with: 0)
                }
            }
            if isReset {
                let second = weights + MatrixTile.packedElements(lines: hidden, depth: 2 &* hidden, width: 2 &* lanes)
                memory.gradientProduct(depth: hidden, toResets: true)
                    .compute(memory.sums + 2 &* hidden, second, memory.resets, scratch: memory.scratch)
                for sample in 0..<samples where step < loops.length(firstSample + sample) {
                    row(sample, step).finishReset()
                }
            }
            memory.gradientProduct(depth: (isReset ? 2 : memory.gates) &* hidden, toResets: false)
                .compute(memory.sums, weights, memory.states, scratch: memory.scratch)
            step -= 1
        }
        for sample in 0..<samples {
            let offset = (firstSample + sample) &* Int(parameters.initialGradientStride)
            if let state = operands.optionalFloats(12) { copy(memory.state(sample), to: state + offset, count: hidden) }
            if let cell = operands.optionalFloats(13) { copy(memory.cell(sample), to: cell + offset, count: hidden) }
        }
    }

    /// The gradients after the last step, and those of the steps that the sample doesn't have.
    private func start(_ sample: Int) {
        let offset = (firstSample + sample) &* Int(parameters.finalGradientStride)
        memory.set(memory.state(sample), operands.optionalFloats(1).map { $0 + offset })
        memory.set(memory.cell(sample), operands.optionalFloats(2).map { $0 + offset })
        for time in loops.length(firstSample + sample)..<Int(parameters.forward.steps) {
            let place = gateOffset(sample, time)
            fill(operands.floats(10) + place, count: memory.gates &* hidden, with: 0)
            if let other = operands.optionalFloats(11) { fill(other + place, count: memory.gates &* hidden, with: 0) }
        }
    }

    @inline(__always)
    private func gateOffset(_ sample: Int, _ time: Int) -> Int {
        (firstSample + sample) &* Int(parameters.gateGradientSampleStride)
            + time &* Int(parameters.gateGradientStepStride)
    }

    private func goBack(_ sample: Int, _ step: Int) {
        let row = row(sample, step)
        switch parameters.forward.cell {
        case RecurrentCell.lstm.rawValue: row.goBackLSTM()
        case RecurrentCell.gruResetAfter.rawValue: row.goBackGRU(resetAfter: true)
        case RecurrentCell.gruResetBefore.rawValue: row.goBackGRU(resetAfter: false)
        default: row.goBackPlain(relu: parameters.forward.cell == RecurrentCell.relu.rawValue)
        }
    }

    private func row(_ sample: Int, _ step: Int) -> RecurrentGradientRow {
        let forward = parameters.forward
        let number = firstSample + sample
        let time = loops.time(step, number)
        let outputs = operands.floats(8) + number &* Int(forward.outputSampleStride)
        let saved = operands.optionalFloats(9).map { $0 + number &* Int(forward.savedSampleStride) }
        let savedStep = memory.saved &* hidden
        var (stateBefore, cellBefore): (Floats?, Floats?) = (nil, nil)
        if step > 0 {
            let before = loops.time(step - 1, number)
            stateBefore = outputs + before &* Int(forward.outputStepStride)
            cellBefore = saved.map { $0 + before &* savedStep + 4 &* hidden }
        } else {
            let offset = number &* Int(forward.initialStride)
            stateBefore = operands.optionalFloats(6).map { $0 + offset }
            cellBefore = operands.optionalFloats(7).map { $0 + offset }
        }
        return RecurrentGradientRow(
            hidden: hidden,
            outputGradient: operands.optionalFloats(0).map {
                $0 + number &* Int(parameters.outputGradientSampleStride)
                    + time &* Int(parameters.outputGradientStepStride)
            },
            output: outputs + time &* Int(forward.outputStepStride), saved: saved.map { $0 + time &* savedStep },
            stateBefore: stateBefore, cellBefore: cellBefore, peepholes: operands.optionalFloats(4),
            stateGradient: memory.state(sample), cellGradient: memory.cell(sample),
            resetGradient: memory.reset(sample), sums: memory.sums(sample),
            gateGradient: operands.floats(10) + gateOffset(sample, time),
            recurrentGateGradient: operands.optionalFloats(11).map { $0 + gateOffset(sample, time) })
    }
}
