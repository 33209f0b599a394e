import ApusInstructions

/// Calls `body` with the offset of each row of pixels of channel block `block`, in two images of the same picture, over
/// all samples. Partial sums over a row, added to a total, keep the rounding error of long sums small.
@inline(__always)
private func forEachRow(
    _ first: Picture, _ second: Picture, block: Int, samples: Int, _ body: (_ first: Int, _ second: Int) -> Void
) {
    for sample in 0..<samples {
        let firstStart = sample * first.sampleStride + block * first.blockStride + first.origin
        let secondStart = sample * second.sampleStride + block * second.blockStride + second.origin
        for y in 0..<first.height {
            body(firstStart + y * first.rowStride, secondStart + y * second.rowStride)
        }
    }
}

/// The channels of one block: those that are not there have zero in every vector, so that what the unused lanes of an
/// image hold can't become infinite.
private struct ChannelBlock {
    let offset: Int
    let width: Int

    @inline(__always)
    init(_ block: Int, of channels: Int) {
        offset = block * lanes
        width = min(lanes, channels - block * lanes)
    }

    @inline(__always)
    func load(_ values: Floats) -> Vector { values.load(offset, width) }

    @inline(__always)
    func save(_ vector: Vector, to values: Floats) { values.save(vector, offset, width) }

    @inline(__always)
    func masked(_ vector: Vector) -> Vector {
        width == lanes ? vector : Vector().replacing(with: vector, where: firstLanes(width))
    }
}

func batchNormTraining(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: BatchNormParameters.self)
    let source = Picture(settings.source)
    let destination = Picture(settings.destination)
    let from = operands.floats(0)
    let to = operands.floats(3)
    let share = 1 / Float(samples * source.height * source.width)
    for block in 0..<source.blocks {
        let channels = ChannelBlock(block, of: source.channels)
        var total = Vector()
        forEachRow(source, destination, block: block, samples: samples) { row, _ in
            var sum = Vector()
            for x in 0..<source.width {
                sum += from.vector(at: row + x * lanes)
            }
            total += sum
        }
        let mean = channels.masked(total * share)
        total = Vector()
        forEachRow(source, destination, block: block, samples: samples) { row, _ in
            var sum = Vector()
            for x in 0..<source.width {
                let difference = from.vector(at: row + x * lanes) - mean
                sum = multiplyAdd(sum, difference, difference)
            }
            total += sum
        }
        let variance = channels.masked(total * share)
        channels.save(mean, to: operands.floats(4))
        channels.save(variance, to: operands.floats(5))
        let factor = channels.load(operands.floats(1)) / squareRoot(variance + settings.epsilon)
        let bias = channels.load(operands.floats(2))
        normalize(from, source, to, destination, block: block, samples, mean: mean, factor: factor, bias: bias)
    }
}

func batchNormInference(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: BatchNormParameters.self)
    let source = Picture(settings.source)
    let destination = Picture(settings.destination)
    for block in 0..<source.blocks {
        let channels = ChannelBlock(block, of: source.channels)
        let variance = channels.load(operands.floats(4))
        normalize(
            operands.floats(0), source, operands.floats(5), destination, block: block, samples,
            mean: channels.load(operands.floats(3)),
            factor: channels.load(operands.floats(1)) / squareRoot(variance + settings.epsilon),
            bias: channels.load(operands.floats(2)))
    }
}

/// `(x − mean) · factor + bias`.
@inline(__always)
private func normalize(
    _ from: Floats, _ source: Picture, _ to: Floats, _ destination: Picture, block: Int, _ samples: Int,
    mean: Vector, factor: Vector, bias: Vector
) {
    forEachRow(source, destination, block: block, samples: samples) { read, write in
        for x in 0..<source.width {
            let value = multiplyAdd(bias, from.vector(at: read + x * lanes) - mean, factor)
            to.store(value, at: write + x * lanes)
        }
    }
}

/// With `x̂ = (x − mean) · i`, `i = 1 / sqrt(variance + epsilon)` and `m` elements a channel:
/// `scale · i · (g − Σg / m − x̂ · Σ(g·x̂) / m)`, which is section 3 of the paper with its sums taken together.
func batchNormGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: BatchNormParameters.self)
    let source = Picture(settings.source)
    let destination = Picture(settings.destination)
    let from = operands.floats(0)
    let gradient = operands.floats(1)
    let result = operands.floats(5)
    let share = 1 / Float(samples * source.height * source.width)
    for block in 0..<source.blocks {
        let channels = ChannelBlock(block, of: source.channels)
        let mean = channels.load(operands.floats(3))
        let inverse = channels.masked(1 / squareRoot(channels.load(operands.floats(4)) + settings.epsilon))
        var gradientSum = Vector()
        var productSum = Vector()
        forEachRow(source, destination, block: block, samples: samples) { read, gradientRow in
            var rowGradient = Vector()
            var rowProduct = Vector()
            for x in 0..<source.width {
                let g = gradient.vector(at: gradientRow + x * lanes)
                rowGradient += g
                rowProduct = multiplyAdd(rowProduct, g, from.vector(at: read + x * lanes) - mean)
            }
            gradientSum += rowGradient
            productSum += rowProduct
        }
        gradientSum = channels.masked(gradientSum)
        productSum = channels.masked(productSum * inverse)
        let scaleGradients = operands.floats(6)
        let biasGradients = operands.floats(7)
        channels.save(channels.load(scaleGradients) + productSum, to: scaleGradients)
        channels.save(channels.load(biasGradients) + gradientSum, to: biasGradients)

        let factor = channels.load(operands.floats(2)) * inverse
        let meanGradient = gradientSum * share
        let slope = productSum * share * inverse
        forEachRow(source, destination, block: block, samples: samples) { read, gradientRow in
            for x in 0..<source.width {
                let difference = from.vector(at: read + x * lanes) - mean
                let g = gradient.vector(at: gradientRow + x * lanes) - meanGradient
                result.store(multiplyAdd(g, difference, -slope) * factor, at: read + x * lanes)
            }
        }
    }
}
