import ApusInstructions

func batchNormGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: BatchNormGradientParameters.self)
    let source = Image(settings.norm.source)
    let destination = Image(settings.norm.destination)
    let resultImage = Image(settings.result)
    let from = operands.floats(0)
    let gradient = operands.floats(1)
    let result = operands.floats(7)
    let share =
        operands[8].unsafelyUnwrapped.load(as: RunArguments.self).inverseBatch / Float(settings.count)
    for block in 0..<source.blocks {
        let channels = ChannelBlock(block, of: source.channels)
        let mean = channels.load(operands.floats(3))
        let inverse = channels.masked(
            1 / squareRoot(channels.load(operands.floats(4)) + settings.norm.epsilon))
        let factor = channels.load(operands.floats(2)) * inverse
        let slope = channels.load(operands.floats(5)) * share * inverse
        let meanGradient = channels.load(operands.floats(6)) * share
        forEachRow(source, destination, resultImage, block: block, samples: samples) { read, gradientRow, write in
            for x in 0..<source.width {
                let difference = from.vector(at: read + x * lanes) - mean
                let g = gradient.vector(at: gradientRow + x * lanes) - meanGradient
                result.store(multiplyAdd(g, difference, -slope) * factor, at: write + x * lanes)
            }
        }
    }
}
