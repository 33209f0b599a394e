import ApusInstructions

func dense(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: DenseParameters.self).pointee
    let work = DenseWork(operands, parameters)
    let blocks = (Int(parameters.outputs) + lanes - 1) / lanes
    var block = 0
    while block < blocks {
        // The weights of a few blocks serve all samples before the next few are read.
        let outputs = min(denseOutputs(samples: samples), blocks - block)
        var sample = 0
        while sample < samples {
            let rows = min(denseRows, samples - sample)
            work.compute(block: block, outputs: outputs, sample: sample, rows: rows)
            sample += rows
        }
        block += outputs
    }
}

func denseWeightGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: DenseParameters.self).pointee
    let source = operands.floats(0)
    let gradient = operands.floats(1)
    let weights = operands.floats(2)
    let bias = operands.optionalFloats(3)
    let inputs = Int(parameters.inputs)
    let (sourceStride, gradientStride) = (Int(parameters.sourceStride), Int(parameters.destinationStride))
    for block in 0..<(Int(parameters.outputs) + lanes - 1) / lanes {
        let blockGradient = gradient + block * lanes
        var blockWeights = weights + block * inputs * lanes
        var blockSource = source
        var left = inputs
        while left >= 8 {
            var (sums, scalars, vectors) = (noSums, blockSource, blockGradient)
            for input in 0..<8 { sums[input] = blockWeights.vector(at: input * lanes) }
            for _ in 0..<samples {
                let vector = vectors.vector(at: 0)
                for input in 0..<8 {
                    sums[input] = multiplyAdd(sums[input], vector, Vector(repeating: scalars[input]))
                }
                scalars += sourceStride
                vectors += gradientStride
            }
            for input in 0..<8 { blockWeights.store(sums[input], at: input * lanes) }
            blockWeights += 8 * lanes
            blockSource += 8
            left &-= 8
        }
        for input in 0..<left {
            var sum = blockWeights.vector(at: input * lanes)
            for sample in 0..<samples {
                sum = multiplyAdd(
                    sum, blockGradient.vector(at: sample * gradientStride),
                    Vector(repeating: blockSource[sample * sourceStride + input]))
            }
            blockWeights.store(sum, at: input * lanes)
        }
        guard let bias else { continue }
        var sum = bias.vector(at: block * lanes)
        for sample in 0..<samples { sum += blockGradient.vector(at: sample * gradientStride) }
        bias.store(sum, at: block * lanes)
    }
}

/// The maximum number of samples that are computed together, and the maximum number of output blocks: 24 or 12 sums stay in registers, four for each
/// block of each sample.
private let denseRows = 3
@inline(__always)
private func denseOutputs(samples: Int) -> Int {
    #if VECTOR_16
        2
    #else
        samples == 1 ? 2 : 1
    #endif
}

/// A dense layer's operands.
private struct DenseWork {
    let parameters: DenseParameters
    let source: Floats
    let weights: Floats
    let bias: Floats?
    let destination: Floats

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: DenseParameters) {
        self.parameters = parameters
        source = operands.floats(0)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        destination = operands.floats(3)
    }

    func compute(block: Int, outputs: Int, sample: Int, rows: Int) {
        switch (outputs, rows) {
        case (1, 1): DenseTile<1, 1>.compute(self, block, sample)
        case (_, 1): DenseTile<2, 1>.compute(self, block, sample)
        #if VECTOR_16
            case (2, 2): DenseTile<2, 2>.compute(self, block, sample)
            case (2, _): DenseTile<2, 3>.compute(self, block, sample)
        #endif
        case (_, 2): DenseTile<1, 2>.compute(self, block, sample)
        default: DenseTile<1, 3>.compute(self, block, sample)
        }
    }
}

/// Computes `outputs` output blocks of `rows` samples.
///
/// Inputs 0, 4, 8, ... go to one sum, 1, 5, 9, ... to the next, and so on, and the four are added at the end: that hides the
/// multiply-add's latency, and a sample's result does not depend on how many are computed with it.
private enum DenseTile<let outputs: Int, let rows: Int> {
    @inline(never)
    static func compute(_ work: borrowing DenseWork, _ block: Int, _ sample: Int) {
        let parameters = work.parameters
        let inputs = Int(parameters.inputs)
        let blockStep = inputs * lanes
        let sourceStride = Int(parameters.sourceStride)
        var weights = work.weights + block * blockStep
        var scalars = work.source + sample * sourceStride
        var registers = noSums
        var left = inputs
        while left >= 4 {
            for slice in 0..<4 { add(slice, weights, blockStep, scalars, sourceStride, &registers) }
            weights += 4 * lanes
            scalars += 4
            left &-= 4
        }
        // Not a loop: an index that varies would keep the sums out of registers.
        if left > 0 { add(0, weights, blockStep, scalars, sourceStride, &registers) }
        if left > 1 { add(1, weights, blockStep, scalars, sourceStride, &registers) }
        if left > 2 { add(2, weights, blockStep, scalars, sourceStride, &registers) }
        var sums = noSums
        for place in 0..<outputs * rows {
            sums[place] =
                (registers[4 * place] + registers[4 * place + 1])
                + (registers[4 * place + 2] + registers[4 * place + 3])
        }
        let relu = parameters.activation == Activation.relu.rawValue
        for output in 0..<outputs {
            let bias = work.bias.map { $0.vector(at: (block + output) * lanes) } ?? Vector()
            for row in 0..<rows {
                var value = bias + sums[output * rows + row]
                if relu { value.replace(with: 0, where: value .< 0) }
                work.destination.store(
                    value, at: (sample + row) * Int(parameters.destinationStride) + (block + output) * lanes)
            }
        }
    }

    /// Adds the products of one input.
    @inline(__always)
    private static func add(
        _ slice: Int, _ weights: Floats, _ blockStep: Int, _ scalars: Floats, _ sourceStride: Int,
        _ registers: inout Sums
    ) {
        for output in 0..<outputs {
            let vector = weights.vector(at: output &* blockStep + slice * lanes)
            for row in 0..<rows {
                let place = (output * rows + row) * 4 + slice
                registers[place] = multiplyAdd(
                    registers[place], vector, Vector(repeating: scalars[row &* sourceStride + slice]))
            }
        }
    }
}
