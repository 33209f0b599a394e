import ApusInstructions

func quantizedConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    var memory = ByteTileMemory()
    withUnsafeMutablePointer(to: &memory) { memory in
        let work = QuantizedConvolutionWork(
            operands, parameters.assumingMemoryBound(to: QuantizedConvolutionParameters.self), memory)
        work.compute(samples: samples)
    }
}

/// The operands of a convolution of bytes, and the loops of the tiles that compute some of its output blocks. Steps are bytes.
struct QuantizedConvolutionWork {
    let parameters: UnsafePointer<QuantizedConvolutionParameters>
    let memory: ByteTilePointer
    let source: Bytes
    let sourceSteps: ImageSteps
    let weights: Bytes
    let bias: Bytes
    let scale: Floats
    let destination: Bytes
    let resultSteps: ImageSteps
    let resultBytes: Int
    let addend: Bytes?
    let addendSteps: ImageSteps
    /// 2 where there are pooling windows, else 1.
    let window: Int
    /// Rows and columns of results.
    let rows: Int
    let columns: Int
    /// Bytes of the source between rows and columns of positions.
    let rowStep: Int
    let columnStep: Int

    private var convolution: ConvolutionParameters { parameters.pointee.convolution }

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>,
        _ parameters: UnsafePointer<QuantizedConvolutionParameters>,
        _ memory: ByteTilePointer
    ) {
        self.parameters = parameters
        self.memory = memory
        let convolution = parameters.pointee.convolution
        let channelBlock = Int(convolution.source.channelBlock)
        sourceSteps = ImageSteps(convolution.source)
        resultSteps = ImageSteps(convolution.destination)
        let addendSteps = ImageSteps(convolution.addend)
        self.addendSteps = addendSteps
        source =
            operands.bytes(0)
            + (sourceSteps.origin &- Int(convolution.padTop) &* sourceSteps.row
                &- Int(convolution.padLeft) &* channelBlock)
        weights = operands.bytes(1)
        bias = operands.bytes(2)
        scale = operands.floats(3)
        resultBytes = Int(parameters.pointee.resultBytes)
        destination = operands.bytes(4) + resultSteps.origin &* resultBytes
        addend = operands[5].map { $0 + addendSteps.origin }
        window = convolution.poolHeight > 0 ? 2 : 1
        rows = Int(convolution.outputHeight) / window
        columns = Int(convolution.outputWidth) / window
        rowStep = Int(convolution.strideY) &* sourceSteps.row
        columnStep = Int(convolution.strideX) &* channelBlock
        setStores()
    }

    /// Says what becomes of sums.
    private func setStores() {
        memory.pointee.lowest = Vector(repeating: convolution.floor)
        memory.pointee.highest = Vector(repeating: convolution.ceiling)
        memory.pointee.zeroPoint = IntegerVector(repeating: parameters.pointee.zeroPoint)
        memory.pointee.storesFloats = resultBytes == 4
        memory.pointee.sourceRow = rowStep
        memory.pointee.resultStep = lanes &* resultBytes
        memory.pointee.destinationStep = resultSteps.block &* resultBytes
        memory.pointee.addendStep = addendSteps.block
        memory.pointee.addendZero = IntegerVector(repeating: parameters.pointee.addendZeroPoint)
        memory.pointee.addendScale = Vector(repeating: parameters.pointee.addendScale)
    }

    func compute(samples: Int) {
        let groupOutputs = Int(convolution.outputBlocks)
        let blocks = convolution.destination.vectorBlocks
        let maximum = Int(convolution.tile.outputs)
        let isLinear = convolution.tile.rows == 0
        var block = 0
        var left = groupOutputs
        while block < blocks {
            // Output blocks of one group share what they read; as equal parts as can be.
            let outputs = maximum == 1 || left % 2 == 1 ? 1 : 2
            let first = select(block: block, outputs: outputs)
            if isLinear {
                goThroughPositions(samples, first, block: block, outputs: outputs)
            } else {
                for sample in 0..<samples { goThroughRows(sample, first, block: block, outputs: outputs) }
            }
            block &+= outputs
            left = left == outputs ? groupOutputs : left &- outputs
        }
    }

    /// What is read first for some output blocks.
    private struct Start {
        /// Bytes of the source before the first block that is read.
        var source: Int
        var weights: Bytes
    }

    /// Prepares the loops for the `outputs` output blocks from `block` on.
    private func select(block: Int, outputs: Int) -> Start {
        let (kernelHeight, kernelWidth) = (Int(convolution.kernelHeight), Int(convolution.kernelWidth))
        let channelBlock = Int(convolution.source.channelBlock)
        let channels = convolution.inputChannels(block: block, outputs: outputs, lanes: lanes)
        let sourceBlock = channels.first / channelBlock
        let inputBlocks = (channels.end &+ channelBlock &- 1) / channelBlock &- sourceBlock
        let placeWeights = channelBlock &* lanes
        memory.pointee.outer = .init(
            count: inputBlocks, byteStep: sourceSteps.block, weightStep: kernelHeight &* kernelWidth &* placeWeights)
        memory.pointee.middle = .init(
            count: kernelHeight, byteStep: Int(convolution.dilationY) &* sourceSteps.row,
            weightStep: kernelWidth &* placeWeights)
        if channelBlock == 1 {
            memory.pointee.inner = .init()
            memory.pointee.words = kernelWidth / 4
            memory.pointee.lastWords = kernelWidth / 4
        } else {
            memory.pointee.inner = .init(
                count: kernelWidth, byteStep: Int(convolution.dilationX) &* channelBlock, weightStep: placeWeights)
            memory.pointee.words = channelBlock / 4
            memory.pointee.lastWords =
                (channels.end &- (sourceBlock &+ inputBlocks &- 1) &* channelBlock &+ 3) / 4
        }
        let blockWeights = Int(convolution.inputBlocks) &* memory.pointee.outer.weightStep
        memory.pointee.outputStep = blockWeights
        memory.pointee.first = output(block)
        if outputs > 1 { memory.pointee.second = output(block &+ 1) }
        // Groups that fill blocks have weights for their own input blocks alone.
        let skipped = convolution.groupOutputs > 0 ? sourceBlock : 0
        return Start(
            source: sourceBlock &* sourceSteps.block,
            weights: weights + (block &* blockWeights &+ skipped &* memory.pointee.outer.weightStep))
    }

    private func output(_ block: Int) -> ByteTileMemory.Output {
        .init(
            start: (bias + 4 &* block &* lanes).loadUnaligned(as: IntegerVector.self),
            scale: scale.vector(at: block &* lanes))
    }

    /// Computes all results of a sample in tiles of rows.
    private func goThroughRows(_ sample: Int, _ start: Start, block: Int, outputs: Int) {
        let limit = Int(convolution.tile.columns)
        let tileRows = Int(convolution.tile.rows)
        let width = ByteTileShape.widest(
            outputs: outputs, rows: tileRows, within: min(limit, columns &* window), lanes: lanes)
        let places = width / window
        memory.pointee.tileRows = rows
        memory.pointee.rowBytes = rowStep &* window
        memory.pointee.rowResults = resultSteps.row &* resultBytes
        memory.pointee.rowAddends = addendSteps.row
        memory.pointee.tileBytes = width &* columnStep
        memory.pointee.tileResults = places &* lanes &* resultBytes
        memory.pointee.tileAddends = places &* lanes
        let whole = columns / places
        memory.pointee.tiles = whole
        compute(sample, start, block: block, outputs: outputs, column: 0, width: width)
        let rest = columns &- whole &* places
        guard rest > 0 else { return }
        let narrow = ByteTileShape.narrowest(
            outputs: outputs, rows: tileRows, covering: rest &* window, within: width, lanes: lanes)
        memory.pointee.tiles = 1
        compute(
            sample, start, block: block, outputs: outputs, column: columns &- narrow / window, width: narrow)
    }

    /// Computes the tiles of `width` positions from a column of results on.
    @inline(__always)
    private func compute(_ sample: Int, _ start: Start, block: Int, outputs: Int, column: Int, width: Int) {
        memory.pointee.destination =
            destination
            + (sample &* resultSteps.sample &+ block &* resultSteps.block &+ column &* lanes) &* resultBytes
        memory.pointee.addend = addend.map {
            $0 + (sample &* addendSteps.sample &+ block &* addendSteps.block &+ column &* lanes)
        }
        computeBytes(
            outputs: outputs, rows: Int(convolution.tile.rows), columns: width,
            isBlocked: convolution.source.channelBlock > 1, memory,
            source + (sample &* sourceSteps.sample &+ start.source &+ column &* window &* columnStep), start.weights)
    }

    /// Computes all results of all samples, numbered through.
    private func goThroughPositions(_ samples: Int, _ start: Start, block: Int, outputs: Int) {
        let count = samples &* rows &* columns
        let width = ByteTileShape.widest(
            outputs: outputs, rows: 0, within: min(Int(convolution.tile.columns), count), lanes: lanes)
        memory.pointee.tiles = 1
        memory.pointee.tileRows = 1
        var number = 0
        while number < count {
            // The last tile ends at the last position.
            number = min(number, count &- width)
            compute(number, width, start, block: block, outputs: outputs)
            number &+= width
        }
    }

    /// Computes the `width` positions from a number on.
    @inline(__always)
    private func compute(_ number: Int, _ width: Int, _ start: Start, block: Int, outputs: Int) {
        var column = number % columns
        var row = number / columns % rows
        var sample = number / columns / rows
        let first = place(sample, row, column)
        let (base, results, addends) = (first.source, first.result, first.addend)
        for index in 0..<width {
            let next = place(sample, row, column)
            memory.pointee.sources[index] = Int32(truncatingIfNeeded: next.source &- base)
            memory.pointee.results[index] = Int32(truncatingIfNeeded: next.result &- results)
            memory.pointee.addends[index] = Int32(truncatingIfNeeded: next.addend &- addends)
            column &+= 1
            if column == columns {
                column = 0
                row &+= 1
                if row == rows {
                    row = 0
                    sample &+= 1
                }
            }
        }
        memory.pointee.destination = destination + (results &+ block &* resultSteps.block &* resultBytes)
        memory.pointee.addend = addend.map { $0 + (addends &+ block &* addendSteps.block) }
        computeBytes(
            outputs: outputs, rows: 0, columns: width, isBlocked: convolution.source.channelBlock > 1, memory,
            source + (base &+ start.source), start.weights)
    }

    /// Where a position is in the source, the destination and the addend.
    @inline(__always)
    private func place(_ sample: Int, _ row: Int, _ column: Int) -> (source: Int, result: Int, addend: Int) {
        (
            sample &* sourceSteps.sample &+ row &* rowStep &+ column &* columnStep,
            (sample &* resultSteps.sample &+ row &* resultSteps.row &+ column &* lanes) &* resultBytes,
            sample &* addendSteps.sample &+ row &* addendSteps.row &+ column &* lanes
        )
    }
}

extension UnsafePointer<UnsafeMutableRawPointer?> {
    /// The operand `index`, which must be there.
    @inline(__always)
    func bytes(_ index: Int) -> Bytes { self[index].unsafelyUnwrapped }
}
