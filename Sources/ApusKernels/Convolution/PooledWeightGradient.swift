import ApusInstructions

/// The weight gradient of a direct convolution of stride 1 on a source of single channels, where the destination gradient is that
/// of what 2 × 2 windows were pooled to.
func addPooledWeightGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters, samples: Int
) {
    var memory = PooledTileMemory()
    let (source, result) = (parameters.source, parameters.destination)
    let gradient = PooledImage(
        result, operands.floats(1), operands[4].unsafelyUnwrapped, argmaxStride: parameters.argmaxStride)
    memory.samples = samples
    (memory.rows, memory.columns) = (gradient.height, gradient.width)
    (memory.scalarSample, memory.scalarRow) = (Int(source.sampleStride), source.rowStride)
    (memory.gradientSample, memory.argmaxSample) = gradient.sampleSteps
    let first =
        operands.floats(0) + source.origin - Int(parameters.padTop) * source.rowStride - Int(parameters.padLeft)
    let inputs = Int(parameters.inputBlocks)
    let (kernelHeight, kernelWidth) = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
    withUnsafeMutablePointer(to: &memory) { memory in
        var weights = operands.floats(2)
        for block in 0..<result.blocks {
            let windows = gradient.windows(sample: 0, block: block)
            let group = block / Int(parameters.outputBlocks) * inputs
            for input in 0..<inputs {
                addChannel(
                    memory, first + (group + input) * source.blockStride, windows, weights, kernelHeight, kernelWidth)
                weights += kernelHeight * kernelWidth * lanes
            }
            // Each tile sums the gradient on its way.
            if let bias = operands.optionalFloats(3) {
                bias.store(bias.vector(at: block * lanes) + memory.pointee.bias, at: block * lanes)
            }
        }
    }
}

/// Adds the gradient of the weights between an output block and an input channel.
private func addChannel(
    _ memory: UnsafeMutablePointer<PooledTileMemory>, _ source: Floats, _ windows: PooledWindows, _ weights: Floats,
    _ height: Int, _ width: Int
) {
    let parts = (
        rows: (height + maximumPooledPlaces - 1) / maximumPooledPlaces,
        columns: (width + maximumPooledPlaces - 1) / maximumPooledPlaces
    )
    var row = 0
    for rowPart in 0..<parts.rows {
        // As equal as can be: narrow tiles are slow.
        let rows = (height - row) / (parts.rows - rowPart)
        var column = 0
        for columnPart in 0..<parts.columns {
            let columns = (width - column) / (parts.columns - columnPart)
            sumPooledTile(
                rows: rows, columns: columns, memory, source + row * memory.pointee.scalarRow + column, windows)
            for place in 0..<rows * columns {
                let weight = weights + ((row + place / columns) * width + column + place % columns) * lanes
                weight.store(weight.vector(at: 0) + memory.pointee.sums[place], at: 0)
            }
            column += columns
        }
        row += rows
    }
}
