import ApusInstructions

/// The operands of a convolution whose factors come in words, and the loops of the tiles that compute some of its output blocks. Steps are
/// bytes.
struct WordConvolution<Word: TileWord> {
    let convolution: ConvolutionParameters
    let memory: WordTilePointer
    let source: Bytes
    let sourceSteps: ImageSteps
    let weights: Bytes
    let bias: Bytes
    let scale: Floats?
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
    /// Bytes of a pixel of the source.
    let pixel: Int
    /// Bytes of the source between rows and columns of positions.
    let rowStep: Int
    let columnStep: Int

    /// - Parameters:
    ///   - bias: 32 bits for each lane of the output blocks.
    ///   - scale: where results are made of integers.
    ///   - memory: what becomes of sums but for limits.
    init(
        _ convolution: ConvolutionParameters, source: Bytes, weights: Bytes, bias: Bytes, scale: Floats?,
        destination: Bytes, resultBytes: Int, addend: Bytes?, _ memory: WordTilePointer
    ) {
        self.convolution = convolution
        self.memory = memory
        self.weights = weights
        self.bias = bias
        self.scale = scale
        self.resultBytes = resultBytes
        sourceSteps = ImageSteps(convolution.source, elementBytes: Word.elementBytes)
        resultSteps = ImageSteps(convolution.destination, elementBytes: resultBytes)
        let addendSteps = ImageSteps(convolution.addend, elementBytes: Word.elementBytes)
        self.addendSteps = addendSteps
        pixel = Int(convolution.source.channelBlock) &* Word.elementBytes
        self.source =
            source
            + (sourceSteps.origin &- Int(convolution.padTop) &* sourceSteps.row &- Int(convolution.padLeft) &* pixel)
        self.destination = destination + resultSteps.origin
        self.addend = addend.map { $0 + addendSteps.origin }
        window = convolution.poolHeight > 0 ? 2 : 1
        rowStep = Int(convolution.strideY) &* sourceSteps.row
        columnStep = Int(convolution.strideX) &* pixel
        let (height, width) = (Int(convolution.outputHeight) / window, Int(convolution.outputWidth) / window)
        // Rows without a border between them are one.
        let isSingleRow =
            convolution.kernelHeight == 1 && window == 1 && rowStep == width &* columnStep
            && resultSteps.row == width &* lanes &* resultBytes
            && (addend == nil || addendSteps.row == width &* lanes &* Word.elementBytes)
        rows = isSingleRow ? 1 : height
        columns = isSingleRow ? height &* width : width
        setSteps()
    }

    /// Says what becomes of sums.
    private func setSteps() {
        memory.pointee.lowest = Vector(repeating: convolution.floor)
        memory.pointee.highest = Vector(repeating: convolution.ceiling)
        memory.pointee.storesFloats = resultBytes == 4
        memory.pointee.sourceRow = rowStep
        memory.pointee.destinationStep = resultSteps.block
        memory.pointee.addendStep = addendSteps.block
    }

    func compute(samples: Int) {
        if convolution.tile.rows == 0 { return goThroughPositions(samples) }
        forOutputBlocks { block, outputs in
            let first = select(block: block, outputs: outputs)
            for sample in 0..<samples { goThroughRows(sample, first, block: block, outputs: outputs) }
        }
    }

    /// Goes through the output blocks by ones and twos: those of one group share what they read; as equal parts as can be.
    @inline(__always)
    func forOutputBlocks(_ body: (_ block: Int, _ outputs: Int) -> Void) {
        let groupOutputs = Int(convolution.outputBlocks)
        let blocks = convolution.destination.vectorBlocks
        let maximum = Int(convolution.tile.outputs)
        var block = 0
        var left = groupOutputs
        while block < blocks {
            let outputs = maximum == 1 || left % 2 == 1 ? 1 : 2
            body(block, outputs)
            block &+= outputs
            left = left == outputs ? groupOutputs : left &- outputs
        }
    }

    /// What is read first for some output blocks.
    struct Start {
        /// Bytes of the source before the first block that is read.
        var source: Int
        var weights: Bytes
    }

    /// Prepares the loops for the `outputs` output blocks from `block` on.
    func select(block: Int, outputs: Int) -> Start {
        let (kernelHeight, kernelWidth) = (Int(convolution.kernelHeight), Int(convolution.kernelWidth))
        let channelBlock = Int(convolution.source.channelBlock)
        let channels = convolution.inputChannels(block: block, outputs: outputs, lanes: lanes)
        let sourceBlock = channels.first / channelBlock
        let inputBlocks = (channels.end &+ channelBlock &- 1) / channelBlock &- sourceBlock
        let placeWeights = pixel &* lanes
        let lineWeights = kernelWidth &* placeWeights
        let blockWeights = Int(convolution.inputBlocks) &* kernelHeight &* lineWeights
        let blocks = WordTileMemory.Level(
            count: inputBlocks, byteStep: sourceSteps.block,
            weightStep: Word.isExact || channelBlock == 1 ? kernelHeight &* lineWeights : placeWeights)
        // From one place of the kernel to the next in the weights.
        let place = Word.isExact ? placeWeights : Int(convolution.inputBlocks) &* placeWeights
        var kernelRows = WordTileMemory.Level(
            count: kernelHeight, byteStep: Int(convolution.dilationY) &* sourceSteps.row,
            weightStep: kernelWidth &* place)
        let kernelColumns = WordTileMemory.Level(
            count: kernelWidth, byteStep: Int(convolution.dilationX) &* pixel, weightStep: place)
        memory.pointee.words = channelBlock / Word.elementsOfWord
        memory.pointee.lastWords =
            (channels.end &- (sourceBlock &+ inputBlocks &- 1) &* channelBlock &+ Word.elementsOfWord &- 1)
            / Word.elementsOfWord
        if channelBlock == 1 {
            kernelRows.weightStep = lineWeights
            memory.pointee.setLevels(outer: blocks, middle: kernelRows, inner: .init())
            memory.pointee.words = kernelWidth / Word.elementsOfWord
            memory.pointee.lastWords = kernelWidth / Word.elementsOfWord
        } else if Word.isExact {
            memory.pointee.setLevels(outer: blocks, middle: kernelRows, inner: kernelColumns)
        } else {
            memory.pointee.setLevels(outer: kernelRows, middle: kernelColumns, inner: blocks)
        }
        memory.pointee.outputStep = blockWeights
        memory.pointee.first = output(block)
        if outputs > 1 { memory.pointee.second = output(block &+ 1) }
        // Groups that fill blocks have weights for their own input blocks alone.
        let skipped = convolution.groupOutputs > 0 ? sourceBlock : 0
        return Start(
            source: sourceBlock &* sourceSteps.block,
            weights: weights + (block &* blockWeights &+ skipped &* blocks.weightStep))
    }

    private func output(_ block: Int) -> WordTileMemory.Output {
        .init(
            bias: bias + 4 &* block &* lanes, scale: scale.map { $0 + block &* lanes },
            isLimited: memory.pointee.isLimited)
    }

    /// Computes all results of a sample in tiles of rows.
    private func goThroughRows(_ sample: Int, _ start: Start, block: Int, outputs: Int) {
        let limit = Int(convolution.tile.columns)
        let tileRows = Int(convolution.tile.rows)
        let width = Word.shapes(stride: convolution.strideX).widest(
            outputs: outputs, rows: tileRows, within: min(limit, columns &* window), lanes: lanes)
        let places = width / window
        memory.pointee.tileRows = rows
        memory.pointee.rowBytes = rowStep &* window
        memory.pointee.rowResults = resultSteps.row
        memory.pointee.rowAddends = addendSteps.row
        memory.pointee.tileBytes = width &* columnStep
        memory.pointee.tileResults = places &* lanes &* resultBytes
        memory.pointee.tileAddends = places &* lanes &* Word.elementBytes
        let whole = columns / places
        memory.pointee.tiles = whole
        compute(sample, start, block: block, outputs: outputs, column: 0, width: width)
        let rest = columns &- whole &* places
        guard rest > 0 else { return }
        let narrow = Word.shapes(stride: convolution.strideX).narrowest(
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
            + (sample &* resultSteps.sample &+ block &* resultSteps.block &+ column &* lanes &* resultBytes)
        memory.pointee.addend = addend.map {
            $0 + (sample &* addendSteps.sample &+ block &* addendSteps.block &+ column &* lanes &* Word.elementBytes)
        }
        Word.computeTiles(
            outputs: outputs, rows: Int(convolution.tile.rows), columns: width, stride: convolution.strideX,
            isBlocked: convolution.source.channelBlock > 1, memory,
            source + (sample &* sourceSteps.sample &+ start.source &+ column &* window &* columnStep), start.weights)
    }
}

extension UnsafePointer<UnsafeMutableRawPointer?> {
    /// The operand `index`, which must be there.
    @inline(__always)
    func bytes(_ index: Int) -> Bytes { self[index].unsafelyUnwrapped }
}
