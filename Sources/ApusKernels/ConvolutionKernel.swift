import ApusInstructions

func convolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    var memory = TileMemory()
    withUnsafeMutablePointer(to: &memory) { memory in
        var work = ConvolutionWork(operands, parameters, memory, depthwise: false)
        let groupOutputs = Int(parameters.outputBlocks)
        for sample in 0..<samples {
            var block = 0
            while block < parameters.destination.blocks {
                // Two output blocks of one group share the scalars they read.
                let outputs = min(work.holdsWindows ? windowOutputs : 2, groupOutputs - block % groupOutputs)
                work.select(block: block, outputs: outputs)
                work.compute(sample: sample)
                block += outputs
            }
        }
    }
}

func depthwiseConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    var memory = TileMemory()
    withUnsafeMutablePointer(to: &memory) { memory in
        var work = ConvolutionWork(operands, parameters, memory, depthwise: true)
        for sample in 0..<samples {
            for block in 0..<parameters.destination.blocks {
                work.select(block: block, outputs: 1)
                work.compute(sample: sample)
            }
        }
    }
}

/// A convolution's operands, and the loops of the tiles that compute one or two of its output blocks.
private struct ConvolutionWork {
    let parameters: ConvolutionParameters
    let depthwise: Bool
    let source: Floats
    let weights: Floats
    let bias: Floats?
    let destination: Floats
    let choice: UnsafeMutableRawPointer?
    let memory: TilePointer
    /// Rows and columns of a pooling window; 1 × 1 where there is no pooling.
    let windowHeight: Int
    let windowWidth: Int
    /// Elements of the source between rows and columns of positions.
    let rowStep: Int
    let columnStep: Int
    /// Whether a tile holds whole 2 × 2 windows, and not one position of each window at a time.
    let holdsWindows: Bool

    /// The first output block of the tiles, and how many there are.
    private var block = 0
    private var outputs = 1
    private var sourceBlock = 0

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters, _ memory: TilePointer,
        depthwise: Bool
    ) {
        self.parameters = parameters
        self.memory = memory
        self.depthwise = depthwise
        source = operands.floats(0)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        destination = operands.floats(3)
        choice = parameters.poolHeight > 0 ? operands[4] : nil
        let pooled = parameters.poolHeight > 0
        windowHeight = pooled ? Int(parameters.poolHeight) : 1
        windowWidth = pooled ? Int(parameters.poolWidth) : 1
        rowStep = Int(parameters.strideY) * parameters.source.rowStride
        columnStep = Int(parameters.strideX) * Int(parameters.source.channelBlock)
        holdsWindows = !depthwise && windowHeight == 2 && windowWidth == 2
        memory.pointee.loops.rowStep = rowStep
        memory.pointee.loops.columnStep = holdsWindows ? columnStep : columnStep * windowWidth
    }

    /// Prepares the loops for the `outputs` output blocks from `block` on.
    mutating func select(block: Int, outputs: Int) {
        self.block = block
        self.outputs = outputs
        let layout = parameters.source
        let (kernelHeight, kernelWidth) = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        let channelBlock = Int(layout.channelBlock)
        let inputBlocks = depthwise ? 1 : Int(parameters.inputBlocks)
        sourceBlock = depthwise ? block : block / Int(parameters.outputBlocks) * inputBlocks
        let placeWeights = depthwise ? lanes : channelBlock * lanes
        let placeStep = Int(parameters.dilationX) * channelBlock
        memory.pointee.loops.outer = .init(
            count: inputBlocks, scalarStep: layout.blockStride, vectorStep: kernelHeight * kernelWidth * placeWeights)
        memory.pointee.loops.outputStep = inputBlocks * memory.pointee.loops.outer.vectorStep
        memory.pointee.loops.middle = .init(
            count: kernelHeight, scalarStep: Int(parameters.dilationY) * layout.rowStride,
            vectorStep: kernelWidth * placeWeights)
        if depthwise || channelBlock == 1 {
            // The weights of a kernel row lie side by side: they are the terms.
            memory.pointee.loops.terms = kernelWidth
            memory.pointee.loops.lastTerms = kernelWidth
            memory.pointee.loops.scalarStep = placeStep
        } else {
            memory.pointee.loops.inner = .init(count: kernelWidth, scalarStep: placeStep, vectorStep: placeWeights)
            memory.pointee.loops.terms = channelBlock
            memory.pointee.loops.lastTerms = min(
                channelBlock, Int(layout.channels) - (sourceBlock + inputBlocks - 1) * channelBlock)
            memory.pointee.loops.scalarStep = 1
        }
        if let bias {
            memory.pointee.loops.firstStart = bias.vector(at: block * lanes)
            if outputs == 2 { memory.pointee.loops.secondStart = bias.vector(at: (block + 1) * lanes) }
        }
    }

    /// Computes all positions of the selected output blocks.
    func compute(sample: Int) {
        let layout = parameters.source
        let result = parameters.destination
        let rows = Int(parameters.outputHeight) / windowHeight
        let columns = Int(parameters.outputWidth) / windowWidth
        let relu = parameters.activation == Activation.relu.rawValue
        let widest = depthwise ? depthwiseColumns : outputs == 1 ? singleColumns : pairColumns
        let most = holdsWindows ? (outputs == 1 ? singleWindows : pairWindows) : widest
        let tiles = (columns + most - 1) / most
        let firstSource =
            source + sample * Int(layout.sampleStride) + sourceBlock * layout.blockStride + layout.origin
            - Int(parameters.padTop) * layout.rowStride - Int(parameters.padLeft) * Int(layout.channelBlock)
        let firstResult =
            destination + sample * Int(result.sampleStride) + block * result.blockStride + result.origin
        let firstChoice = sample * Int(parameters.choiceStride) + block * rows * columns * lanes
        for row in 0..<rows {
            var column = 0
            for tile in 0..<tiles {
                // As equal as can be: narrow tiles are slow.
                let width = (columns - column) / (tiles - tile)
                let scalars = firstSource + row * windowHeight * rowStep + column * windowWidth * columnStep
                let target = Target(
                    value: firstResult + row * result.rowStride + column * lanes, valueStep: result.blockStride,
                    choice: choice.map { $0 + firstChoice + (row * columns + column) * lanes },
                    choiceStep: rows * columns * lanes, relu: relu)
                if holdsWindows {
                    sumTile(outputs: outputs, rows: 2, columns: 2 * width, memory, scalars, vectors)
                    storeHeldWindows(width, target)
                } else if parameters.poolHeight > 0 {
                    storeScannedWindows(scalars, width, target)
                } else {
                    sumPositions(scalars, width)
                    storeSums(width, target)
                }
                column += width
            }
        }
    }

    /// The packed weights of the selected output blocks.
    private var vectors: Floats { weights + block * memory.pointee.loops.outputStep }

    /// Sums `width` positions that are a window's width apart.
    @inline(__always)
    private func sumPositions(_ scalars: Floats, _ width: Int) {
        if depthwise {
            sumDepthwiseTile(columns: width, memory, scalars, vectors)
        } else {
            sumTile(outputs: outputs, rows: 1, columns: width, memory, scalars, vectors)
        }
    }

    /// Goes through `width` windows of any size, one position of each window at a time, and stores the greatest.
    @inline(__always)
    private func storeScannedWindows(_ scalars: Floats, _ width: Int, _ target: Target) {
        for position in 0..<windowHeight * windowWidth {
            sumPositions(scalars + position / windowWidth * rowStep + position % windowWidth * columnStep, width)
            for output in 0..<outputs {
                for column in 0..<width {
                    let place = output * width + column
                    let sum = memory.pointee.sums[column * outputs + output]
                    var greatest = position == 0 ? sum : memory.pointee.greatest[place]
                    var chosen = position == 0 ? IntegerVector() : memory.pointee.choices[place]
                    take(sum, position, &greatest, &chosen)
                    memory.pointee.greatest[place] = greatest
                    memory.pointee.choices[place] = chosen
                }
            }
        }
        for output in 0..<outputs {
            for column in 0..<width {
                let place = output * width + column
                let result = target.store(memory.pointee.greatest[place], output, column)
                memory.pointee.choices[place] = target.choice(memory.pointee.choices[place], result)
            }
            target.storeChoices(memory, output, width)
        }
    }

    /// Stores the greatest of each of `width` windows of 2 × 2 sums.
    @inline(__always)
    private func storeHeldWindows(_ width: Int, _ target: Target) {
        for output in 0..<outputs {
            var upper = output
            var lower = output + 2 * width * outputs
            for column in 0..<width {
                var greatest = memory.pointee.sums[upper]
                var chosen = IntegerVector()
                take(memory.pointee.sums[upper + outputs], 1, &greatest, &chosen)
                take(memory.pointee.sums[lower], 2, &greatest, &chosen)
                take(memory.pointee.sums[lower + outputs], 3, &greatest, &chosen)
                let result = target.store(greatest, output, column)
                memory.pointee.choices[output * width + column] = target.choice(chosen, result)
                upper += 2 * outputs
                lower += 2 * outputs
            }
            target.storeChoices(memory, output, width)
        }
    }

    /// Stores `width` sums for each output block.
    @inline(__always)
    private func storeSums(_ width: Int, _ target: Target) {
        for output in 0..<outputs {
            for column in 0..<width {
                _ = target.store(memory.pointee.sums[column * outputs + output], output, column)
            }
        }
    }
}

/// Where a tile's results go.
private struct Target {
    let value: Floats
    /// Elements, and bytes, from one output block to the next.
    let valueStep: Int
    let choice: UnsafeMutableRawPointer?
    let choiceStep: Int
    let relu: Bool

    /// Applies the activation, stores the result and returns it.
    @inline(__always)
    func store(_ sum: Vector, _ output: Int, _ column: Int) -> Vector {
        // What is not a number stays so: a training that diverges must show it.
        let result = relu ? choose(Vector(), where: sum .< Vector(), else: sum) : sum
        value.store(result, at: output * valueStep + column * lanes)
        return result
    }

    /// The choice that belongs to `result`, whose window has the greatest sum at `position`.
    @inline(__always)
    func choice(_ position: IntegerVector, _ result: Vector) -> IntegerVector {
        relu ? choose(IntegerVector(repeating: 255), where: result .<= Vector(), else: position) : position
    }

    /// Stores the choices of one output block's `width` columns, where they are wanted.
    @inline(__always)
    func storeChoices(_ memory: TilePointer, _ output: Int, _ width: Int) {
        guard let choice else { return }
        let bytes = (choice + output * choiceStep).assumingMemoryBound(to: UInt8.self)
        withUnsafeBytes(of: &memory.pointee.choices) { words in
            let words =
                words.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Int32.self) + output * width * lanes
            for index in 0..<width * lanes { bytes[index] = UInt8(truncatingIfNeeded: words[index]) }
        }
    }
}
