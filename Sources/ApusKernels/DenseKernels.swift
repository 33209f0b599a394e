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
        let outputs = min(denseOutputs, blocks - block)
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
    let source = UnsafePointer(numbers(operands, 0))
    let gradient = UnsafePointer(numbers(operands, 1))
    let weights = numbers(operands, 2)
    let bias = optionalNumbers(operands, 3)
    let inputs = Int(parameters.inputs)
    let (sourceStride, gradientStride) = (Int(parameters.sourceStride), Int(parameters.destinationStride))
    for block in 0..<(Int(parameters.outputs) + lanes - 1) / lanes {
        let blockGradient = gradient + block * lanes
        let blockWeights = weights + block * inputs * lanes
        var input = 0
        while input + 8 <= inputs {
            addDenseGradient(
                InlineArray<8, Vector>(repeating: .zero), blockWeights + input * lanes, source + input, sourceStride,
                blockGradient, gradientStride, samples)
            input += 8
        }
        while input < inputs {
            addDenseGradient(
                InlineArray<1, Vector>(repeating: .zero), blockWeights + input * lanes, source + input, sourceStride,
                blockGradient, gradientStride, samples)
            input += 1
        }
        guard let bias else { continue }
        var sum = loadVector(bias + block * lanes)
        for sample in 0..<samples { sum += loadVector(blockGradient + sample * gradientStride) }
        storeVector(sum, bias + block * lanes)
    }
}

/// Adds to `columns` weight vectors the sum over the samples of the gradient times a source element each.
@inline(__always)
private func addDenseGradient<let columns: Int>(
    _ zero: InlineArray<columns, Vector>, _ weights: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>,
    _ sourceStride: Int, _ gradient: UnsafePointer<Float>, _ gradientStride: Int, _ samples: Int
) {
    var sums = zero
    for column in 0..<columns { sums[column] = loadVector(weights + column * lanes) }
    var (scalars, vectors) = (source, gradient)
    for _ in 0..<samples {
        let vector = loadVector(vectors)
        for column in 0..<columns {
            sums[column] = multiplyAdd(sums[column], vector, Vector(repeating: scalars[column]))
        }
        scalars += sourceStride
        vectors += gradientStride
    }
    for column in 0..<columns { storeVector(sums[column], weights + column * lanes) }
}

/// The most output blocks and samples that are computed together.
private let denseOutputs = 2
#if VECTOR_16
    private let denseRows = 3
#else
    private let denseRows = 1
#endif

/// A dense layer's operands.
private struct DenseWork {
    let parameters: DenseParameters
    let source: UnsafePointer<Float>
    let weights: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let destination: UnsafeMutablePointer<Float>

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: DenseParameters) {
        self.parameters = parameters
        source = UnsafePointer(numbers(operands, 0))
        weights = UnsafePointer(numbers(operands, 1))
        bias = UnsafePointer(optionalNumbers(operands, 2))
        destination = numbers(operands, 3)
    }

    func compute(block: Int, outputs: Int, sample: Int, rows: Int) {
        switch (outputs, rows) {
        case (1, 1): DenseTile<1, 1>.compute(self, block, sample)
        case (_, 1): DenseTile<2, 1>.compute(self, block, sample)
        #if VECTOR_16
            case (1, 2): DenseTile<1, 2>.compute(self, block, sample)
            case (_, 2): DenseTile<2, 2>.compute(self, block, sample)
            case (1, _): DenseTile<1, 3>.compute(self, block, sample)
        #endif
        default:
            #if VECTOR_16
                DenseTile<2, 3>.compute(self, block, sample)
            #endif
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
        var registers = Sums(repeating: .zero)
        var left = inputs
        while left >= 4 {
            for output in 0..<outputs {
                for slice in 0..<4 {
                    let vector = loadVector(weights + output &* blockStep + slice * lanes)
                    for row in 0..<rows {
                        let place = (output * rows + row) * 4 + slice
                        registers[place] = multiplyAdd(
                            registers[place], vector, Vector(repeating: scalars[row &* sourceStride + slice]))
                    }
                }
            }
            weights += 4 * lanes
            scalars += 4
            left &-= 4
        }
        for slice in 0..<3 where slice < left {
            for output in 0..<outputs {
                let vector = loadVector(weights + output &* blockStep + slice * lanes)
                for row in 0..<rows {
                    let place = (output * rows + row) * 4 + slice
                    registers[place] = multiplyAdd(
                        registers[place], vector, Vector(repeating: scalars[row &* sourceStride + slice]))
                }
            }
        }
        let relu = parameters.activation == Activation.relu.rawValue
        for output in 0..<outputs {
            let bias =
                work.bias == nil ? Vector.zero : loadVector(work.bias.unsafelyUnwrapped + (block + output) * lanes)
            for row in 0..<rows {
                let place = (output * rows + row) * 4
                var value =
                    bias + ((registers[place] + registers[place + 1]) + (registers[place + 2] + registers[place + 3]))
                if relu { value.replace(with: 0, where: value .< 0) }
                storeVector(
                    value,
                    work.destination + (sample + row) * Int(parameters.destinationStride) + (block + output) * lanes)
            }
        }
    }
}
