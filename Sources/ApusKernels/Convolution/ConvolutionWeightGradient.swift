import ApusInstructions

func convolutionWeightGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    if parameters.poolHeight > 0 {
        addPooledWeightGradient(operands, parameters, samples: samples)
        return
    }
    var memory = TileMemory()
    withUnsafeMutablePointer(to: &memory) { memory in
        let work = WeightGradientWork(operands, parameters, samples, memory)
        let groupOutputs = Int(parameters.outputBlocks)
        var block = 0
        while block < parameters.destination.blocks {
            let outputs = min(2, groupOutputs - block % groupOutputs)
            let band = parameters.inputBlocks(block: block, outputs: outputs, lanes: lanes)
            // Packed as one group, the input blocks of all groups count.
            let skipped = parameters.groupOutputs > 0 ? band.first : 0
            for input in skipped..<skipped + band.count {
                let sourceBlock = band.first - skipped + input
                if parameters.source.channelBlock == 1 {
                    for output in 0..<outputs {
                        work.addPlain(
                            block: block + output, input: input, sourceBlock: sourceBlock, isFirst: input == skipped)
                    }
                } else {
                    work.addBlocked(
                        block: block, outputs: outputs, input: input, sourceBlock: sourceBlock,
                        isFirst: input == skipped)
                }
            }
            block += outputs
        }
    }
}

/// A weight gradient's operands, and the loops of its tiles: over samples, rows and columns of positions.
struct WeightGradientWork {
    let parameters: ConvolutionParameters
    let samples: Int
    let source: Floats
    let gradient: Floats
    let weights: Floats
    let bias: Floats?
    let memory: TilePointer
    let kernelHeight: Int
    let kernelWidth: Int

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters, _ samples: Int,
        _ memory: TilePointer
    ) {
        self.parameters = parameters
        self.samples = samples
        self.memory = memory
        let (layout, result) = (parameters.source, parameters.destination)
        source =
            operands.floats(0) + layout.origin - Int(parameters.padTop) * layout.rowStride
            - Int(parameters.padLeft) * Int(layout.channelBlock)
        gradient = operands.floats(1) + result.origin
        weights = operands.floats(2)
        bias = operands.optionalFloats(3)
        kernelHeight = Int(parameters.kernelHeight)
        kernelWidth = Int(parameters.kernelWidth)
        memory.pointee.loops.outer = .init(
            count: samples, scalarStep: Int(layout.sampleStride), vectorStep: Int(result.sampleStride))
        memory.pointee.loops.middle = .init(
            count: Int(parameters.outputHeight), scalarStep: Int(parameters.strideY) * layout.rowStride,
            vectorStep: result.rowStride)
        memory.pointee.loops.terms = Int(parameters.outputWidth)
        memory.pointee.loops.lastTerms = memory.pointee.loops.terms
        memory.pointee.loops.scalarStep = Int(parameters.strideX) * Int(layout.channelBlock)
        memory.pointee.loops.outputStep = result.blockStride
        memory.pointee.loops.rowStep = Int(parameters.dilationY) * layout.rowStride
    }

    /// Adds the gradient of the weights between `outputs` output blocks from `block` on and one input block: a tile is
    /// a row of its channels. The first input block brings the bias's gradient.
    func addBlocked(block: Int, outputs: Int, input: Int, sourceBlock: Int, isFirst: Bool) {
        let layout = parameters.source
        let channelBlock = Int(layout.channelBlock)
        let channels = min(channelBlock, Int(layout.channels) - sourceBlock * channelBlock)
        let maximum = outputs == 1 ? singleColumns : pairColumns
        let inputWeights = kernelHeight * kernelWidth * channelBlock * lanes
        let outputWeights = Int(parameters.inputBlocks) * inputWeights
        memory.pointee.loops.columnStep = 1
        for place in 0..<kernelHeight * kernelWidth {
            let placeSource =
                source + sourceBlock * layout.blockStride + place / kernelWidth * memory.pointee.loops.rowStep
                + place % kernelWidth * Int(parameters.dilationX) * channelBlock
            let placeWeights =
                weights + block * outputWeights + input * inputWeights + place * channelBlock * lanes
            var channel = 0
            while channel < channels {
                let hasBias = bias != nil && isFirst && place == 0 && channel == 0
                let width = firstColumns(of: channels - channel, maximum: hasBias ? biasColumns : maximum)
                sumTile(
                    outputs: outputs, rows: 1, columns: width, bias: hasBias, memory, placeSource + channel,
                    gradient + block * parameters.destination.blockStride)
                if hasBias { addBias(block: block, outputs: outputs) }
                for column in 0..<width {
                    for output in 0..<outputs {
                        add(
                            memory.pointee.sums[column * outputs + output],
                            placeWeights + output * outputWeights + (channel + column) * lanes)
                    }
                }
                channel += width
            }
        }
    }

    /// Adds the gradient of the weights between an output block and one input channel of an unblocked source: a tile is
    /// some rows and columns of the kernel. The first input channel brings the bias's gradient.
    func addPlain(block: Int, input: Int, sourceBlock: Int, isFirst: Bool) {
        let layout = parameters.source
        let vectors = gradient + block * parameters.destination.blockStride
        let channelWeights =
            weights + (block * Int(parameters.inputBlocks) + input) * kernelHeight * kernelWidth * lanes
        memory.pointee.loops.columnStep = Int(parameters.dilationX)
        var row = 0
        while row < kernelHeight {
            let rows = min(3, kernelHeight - row)
            var column = 0
            while column < kernelWidth {
                let hasBias = bias != nil && isFirst && row == 0 && column == 0
                let width = firstColumns(of: kernelWidth - column, maximum: hasBias ? biasColumns : kernelColumns)
                let scalars =
                    source + sourceBlock * layout.blockStride + row * memory.pointee.loops.rowStep + column
                    * memory.pointee.loops.columnStep
                sumTile(outputs: 1, rows: rows, columns: width, bias: hasBias, memory, scalars, vectors)
                if hasBias { addBias(block: block, outputs: 1) }
                for place in 0..<rows * width {
                    let weight = (row + place / width) * kernelWidth + column + place % width
                    add(memory.pointee.sums[place], channelWeights + weight * lanes)
                }
                column += width
            }
            row += rows
        }
    }

    /// Adds the gradient of a block's weights: a tile is a row of the kernel.
    func addDepthwise(block: Int) {
        let layout = parameters.source
        let vectors = gradient + block * parameters.destination.blockStride
        let blockWeights = weights + block * kernelHeight * kernelWidth * lanes
        memory.pointee.loops.columnStep = Int(parameters.dilationX) * lanes
        for row in 0..<kernelHeight {
            var column = 0
            while column < kernelWidth {
                let hasBias = bias != nil && row == 0 && column == 0
                let width = firstColumns(of: kernelWidth - column, maximum: hasBias ? biasColumns : depthwiseColumns)
                let scalars =
                    source + block * layout.blockStride + row * memory.pointee.loops.rowStep + column
                    * memory.pointee.loops.columnStep
                sumDepthwiseTile(columns: width, bias: hasBias, memory, scalars, vectors)
                if hasBias { addBias(block: block, outputs: 1) }
                for place in 0..<width {
                    add(memory.pointee.sums[place], blockWeights + (row * kernelWidth + column + place) * lanes)
                }
                column += width
            }
        }
    }

    /// The columns of the next tile where `columns` are left: tiles are as equal as can be, because narrow ones are slow.
    private func firstColumns(of columns: Int, maximum: Int) -> Int { columns / ((columns + maximum - 1) / maximum) }

    /// Adds the sums of the gradient, which the first tile of a block makes on its way, to the bias's gradient.
    private func addBias(block: Int, outputs: Int) {
        guard let bias else { return }
        add(memory.pointee.firstBias, bias + block * lanes)
        if outputs == 2 { add(memory.pointee.secondBias, bias + (block + 1) * lanes) }
    }

    @inline(__always)
    private func add(_ sum: Vector, _ address: Floats) {
        address.store(address.vector(at: 0) + sum, at: 0)
    }
}
