import ApusInstructions

func batchNormGradientSums(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: BatchNormParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let from = operands.floats(0)
    let gradient = operands.floats(1)
    let scaleGradients = operands.floats(4)
    let biasGradients = operands.floats(5)
    for block in 0..<source.blocks {
        let channels = ChannelBlock(block, of: source.channels)
        let mean = channels.load(operands.floats(2))
        let inverse = channels.masked(1 / squareRoot(channels.load(operands.floats(3)) + settings.epsilon))
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
        channels.save(channels.load(scaleGradients) + productSum * inverse, to: scaleGradients)
        channels.save(channels.load(biasGradients) + gradientSum, to: biasGradients)
    }
}
