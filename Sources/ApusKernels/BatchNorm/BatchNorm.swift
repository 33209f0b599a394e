import ApusInstructions

func batchNorm(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: BatchNormParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let from = operands.floats(0)
    let to = operands.floats(5)
    for block in 0..<source.blocks {
        let channels = ChannelBlock(block, of: source.channels)
        let mean = channels.load(operands.floats(3))
        let variance = channels.load(operands.floats(4))
        let factor = channels.load(operands.floats(1)) / squareRoot(variance + settings.epsilon)
        let bias = channels.load(operands.floats(2))
        forEachRow(source, destination, block: block, samples: samples) { read, write in
            for x in 0..<source.width {
                let value = multiplyAdd(bias, from.vector(at: read + x * lanes) - mean, factor)
                to.store(value, at: write + x * lanes)
            }
        }
    }
}
