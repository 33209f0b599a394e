import ApusInstructions

func convolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    var work = ConvolutionWork(operands, parameters, depthwise: false)
    let groupOutputs = Int(parameters.outputBlocks)
    for sample in 0..<samples {
        var block = 0
        while block < parameters.destination.blocks {
            // Two output blocks of one group share the scalars they read.
            let outputs = min(2, groupOutputs - block % groupOutputs)
            work.select(block: block, outputs: outputs)
            work.compute(sample: sample)
            block += outputs
        }
    }
}

func depthwiseConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    var work = ConvolutionWork(operands, parameters, depthwise: true)
    for sample in 0..<samples {
        for block in 0..<parameters.destination.blocks {
            work.select(block: block, outputs: 1)
            work.compute(sample: sample)
        }
    }
}

/// A convolution's operands, and the loops of the tiles that compute one or two of its output blocks.
private struct ConvolutionWork {
    let parameters: ConvolutionParameters
    let depthwise: Bool
    let source: UnsafePointer<Float>
    let weights: UnsafePointer<Float>
    let bias: UnsafePointer<Float>?
    let destination: UnsafeMutablePointer<Float>
    let choice: UnsafeMutablePointer<UInt8>?
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
    private var loops = TileLoops()

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters, depthwise: Bool
    ) {
        self.parameters = parameters
        self.depthwise = depthwise
        source = UnsafePointer(numbers(operands, 0))
        weights = UnsafePointer(numbers(operands, 1))
        bias = UnsafePointer(optionalNumbers(operands, 2))
        destination = numbers(operands, 3)
        choice = operands[4]?.assumingMemoryBound(to: UInt8.self)
        let pooled = parameters.poolHeight > 0
        windowHeight = pooled ? Int(parameters.poolHeight) : 1
        windowWidth = pooled ? Int(parameters.poolWidth) : 1
        rowStep = Int(parameters.strideY) * parameters.source.rowStride
        columnStep = Int(parameters.strideX) * Int(parameters.source.channelBlock)
        holdsWindows = tilesHoldWindows && !depthwise && windowHeight == 2 && windowWidth == 2
        loops.rowStep = rowStep
        loops.columnStep = holdsWindows ? columnStep : columnStep * windowWidth
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
        loops.outer = .init(
            count: inputBlocks, scalarStep: layout.blockStride, vectorStep: kernelHeight * kernelWidth * placeWeights)
        loops.outputStep = inputBlocks * loops.outer.vectorStep
        loops.middle = .init(
            count: kernelHeight, scalarStep: Int(parameters.dilationY) * layout.rowStride,
            vectorStep: kernelWidth * placeWeights)
        if depthwise || channelBlock == 1 {
            // The weights of a kernel row lie side by side: they are the terms.
            loops.terms = kernelWidth
            loops.lastTerms = kernelWidth
            loops.scalarStep = placeStep
        } else {
            loops.inner = .init(count: kernelWidth, scalarStep: placeStep, vectorStep: placeWeights)
            loops.terms = channelBlock
            loops.lastTerms = min(channelBlock, Int(layout.channels) - (sourceBlock + inputBlocks - 1) * channelBlock)
            loops.scalarStep = 1
        }
        if let bias {
            loops.firstStart = loadVector(bias + block * lanes)
            if outputs == 2 { loops.secondStart = loadVector(bias + (block + 1) * lanes) }
        }
    }

    /// Computes all positions of the selected output blocks.
    func compute(sample: Int) {
        let layout = parameters.source
        let result = parameters.destination
        let rows = Int(parameters.outputHeight) / windowHeight
        let columns = Int(parameters.outputWidth) / windowWidth
        let widest = depthwise ? depthwiseColumns : outputs == 1 ? singleColumns : pairColumns
        let most = holdsWindows ? (outputs == 1 ? 6 : 3) : widest
        let tiles = (columns + most - 1) / most
        let firstSource =
            source + sample * Int(layout.sampleStride) + sourceBlock * layout.blockStride + layout.origin
            - Int(parameters.padTop) * layout.rowStride - Int(parameters.padLeft) * Int(layout.channelBlock)
        let firstResult =
            destination + sample * Int(result.sampleStride) + block * result.blockStride + result.origin
        var windows = Windows()
        for row in 0..<rows {
            var column = 0
            for tile in 0..<tiles {
                // As equal as can be: narrow tiles are slow.
                let width = (columns - column) / (tiles - tile)
                let scalars = firstSource + row * windowHeight * rowStep + column * windowWidth * columnStep
                if holdsWindows {
                    sumWindows(scalars, width, &windows)
                } else {
                    scanWindows(scalars, width, &windows)
                }
                let place = (block * rows + row) * columns + column
                store(
                    &windows, width, firstResult + row * result.rowStride + column * lanes,
                    choicePlace: sample * Int(parameters.choiceStride) + place * lanes,
                    choiceStep: rows * columns * lanes)
                column += width
            }
        }
    }

    /// Computes `width` windows of 2 × 2 positions in one tile.
    @inline(__always)
    private func sumWindows(_ scalars: UnsafePointer<Float>, _ width: Int, _ windows: inout Windows) {
        sumTile(
            outputs: outputs, rows: 2, columns: 2 * width, loops, scalars, weights + block * loops.outputStep,
            &windows.sums)
        for place in 0..<width * outputs {
            let first = place / outputs * 2 * outputs + place % outputs
            var greatest = windows.sums[first]
            var choice = Choice.zero
            replace(&greatest, &choice, windows.sums[first + outputs], 1)
            replace(&greatest, &choice, windows.sums[first + 2 * width * outputs], 2)
            replace(&greatest, &choice, windows.sums[first + (2 * width + 1) * outputs], 3)
            windows.greatest[place] = greatest
            windows.choices[place] = choice
        }
    }

    /// Computes `width` windows of any size, one position of each at a time.
    @inline(__always)
    private func scanWindows(_ scalars: UnsafePointer<Float>, _ width: Int, _ windows: inout Windows) {
        sumPositions(scalars, width, &windows.greatest)
        guard windowHeight * windowWidth > 1 else { return }
        for place in 0..<width * outputs { windows.choices[place] = .zero }
        for position in 1..<windowHeight * windowWidth {
            let offset = position / windowWidth * rowStep + position % windowWidth * columnStep
            sumPositions(scalars + offset, width, &windows.sums)
            for place in 0..<width * outputs {
                replace(&windows.greatest[place], &windows.choices[place], windows.sums[place], position)
            }
        }
    }

    /// Sums `width` positions that are a window's width apart.
    @inline(__always)
    private func sumPositions(_ scalars: UnsafePointer<Float>, _ width: Int, _ sums: inout Sums) {
        let vectors = weights + block * loops.outputStep
        if depthwise {
            sumDepthwiseTile(columns: width, loops, scalars, vectors, &sums)
        } else {
            sumTile(outputs: outputs, rows: 1, columns: width, loops, scalars, vectors, &sums)
        }
    }

    /// Applies the activation to `width` columns and stores them and their choices.
    @inline(__always)
    private func store(
        _ windows: inout Windows, _ width: Int, _ address: UnsafeMutablePointer<Float>, choicePlace: Int,
        choiceStep: Int
    ) {
        let relu = parameters.activation == Activation.relu.rawValue
        for output in 0..<outputs {
            for column in 0..<width {
                let place = column * outputs + output
                var value = windows.greatest[place]
                // What is not a number stays so, that training may find it.
                if relu { value.replace(with: 0, where: value .< 0) }
                storeVector(value, address + output * parameters.destination.blockStride + column * lanes)
                guard parameters.poolHeight > 0, let choice else { continue }
                var chosen = windows.choices[place]
                if relu { chosen.replace(with: 255, where: value .<= 0) }
                let bytes = ChoiceBytes(truncatingIfNeeded: chosen)
                UnsafeMutableRawPointer(choice + choicePlace + output * choiceStep + column * lanes)
                    .storeBytes(of: bytes, as: ChoiceBytes.self)
            }
        }
    }
}

#if VECTOR_16
    private typealias Choice = SIMD16<Int32>
    private typealias ChoiceBytes = SIMD16<UInt8>
#elseif VECTOR_8
    private typealias Choice = SIMD8<Int32>
    private typealias ChoiceBytes = SIMD8<UInt8>
#else
    private typealias Choice = SIMD4<Int32>
    private typealias ChoiceBytes = SIMD4<UInt8>
#endif

/// The pooling windows of a tile: the greatest sum so far and the position it has in its window, for each column and
/// output block.
private struct Windows {
    var sums = Sums(repeating: .zero)
    var greatest = Sums(repeating: .zero)
    var choices = Choices(repeating: .zero)
    #if VECTOR_16
        typealias Choices = InlineArray<24, Choice>
    #else
        typealias Choices = InlineArray<12, Choice>
    #endif
}

/// Takes `value` and its position where it is greater.
@inline(__always)
private func replace(_ greatest: inout Vector, _ choice: inout Choice, _ value: Vector, _ position: Int) {
    let greater = value .> greatest
    greatest.replace(with: value, where: greater)
    choice.replace(with: Choice(repeating: Int32(truncatingIfNeeded: position)), where: greater)
}
