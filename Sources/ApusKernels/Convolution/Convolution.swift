import ApusInstructions

func convolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    var memory = PositionTileMemory()
    withUnsafeMutablePointer(to: &memory) { memory in
        var work = ConvolutionWork(operands, parameters.assumingMemoryBound(to: ConvolutionParameters.self), memory)
        work.compute(samples: samples)
    }
}

/// A convolution's operands, and the loops of the tiles that compute some of its output blocks.
struct ConvolutionWork {
    let parameters: UnsafePointer<ConvolutionParameters>
    let memory: PositionTilePointer
    let source: Floats
    let sourceSteps: ImageSteps
    let weights: Floats
    let bias: Floats?
    let destination: Floats
    let resultSteps: ImageSteps
    let argmax: UnsafeMutableRawPointer?
    let addend: Floats?
    let addendSteps: ImageSteps
    let isPooled: Bool
    /// Rows and columns of a pooling window; 1 × 1 where there is no pooling.
    let windowHeight: Int
    let windowWidth: Int
    /// Rows and columns of places: windows, or positions where there are none.
    let rows: Int
    let columns: Int
    /// Elements of the source between rows and columns of positions.
    let rowStep: Int
    let columnStep: Int
    /// Elements of the source between rows and columns of places.
    let placeRow: Int
    let placeColumn: Int
    /// Whether a tile holds whole 2 × 2 windows, and not one position of each window at a time.
    let holdsWindows: Bool
    /// The maximum number of places of a tile's rows, or of all of it where positions are linear.
    let tilePlaces: Int

    /// The first output block of the tiles, and how many there are.
    var block = 0
    var outputs = 1
    private var sourceBlock = 0
    /// Elements of the weights of an output block before those of its first input block.
    private var skippedWeights = 0

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafePointer<ConvolutionParameters>,
        _ memory: PositionTilePointer
    ) {
        self.parameters = parameters
        self.memory = memory
        sourceSteps = ImageSteps(parameters.pointee.source)
        resultSteps = ImageSteps(parameters.pointee.destination)
        let addendSteps = ImageSteps(parameters.pointee.addend)
        self.addendSteps = addendSteps
        let channelBlock = Int(parameters.pointee.source.channelBlock)
        source =
            operands.floats(0)
            + (sourceSteps.origin &- Int(parameters.pointee.padTop) &* sourceSteps.row
                &- Int(parameters.pointee.padLeft) &* channelBlock)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        destination = operands.floats(3) + resultSteps.origin
        isPooled = parameters.pointee.poolHeight > 0
        argmax = isPooled ? operands[4] : nil
        addend = isPooled ? nil : operands.optionalFloats(5).map { $0 + addendSteps.origin }
        windowHeight = isPooled ? Int(parameters.pointee.poolHeight) : 1
        windowWidth = isPooled ? Int(parameters.pointee.poolWidth) : 1
        rows = Int(parameters.pointee.outputHeight) / windowHeight
        columns = Int(parameters.pointee.outputWidth) / windowWidth
        rowStep = Int(parameters.pointee.strideY) &* sourceSteps.row
        columnStep = Int(parameters.pointee.strideX) &* channelBlock
        placeRow = rowStep &* windowHeight
        placeColumn = columnStep &* windowWidth
        let tile = parameters.pointee.tile
        holdsWindows =
            windowHeight == 2 && windowWidth == 2
            && (tile.rows == 0 ? tile.columns % 4 == 0 : tile.rows == 2 && tile.columns % 2 == 0)
        tilePlaces = Int(tile.columns) >> (holdsWindows ? tile.rows == 0 ? 2 : 1 : 0)
        setStores()
    }

    /// Says what becomes of sums.
    private func setStores() {
        memory.pointee.limits = Limits(
            activation: parameters.pointee.activation, floor: parameters.pointee.floor,
            ceiling: parameters.pointee.ceiling)
        memory.pointee.destinationStep = resultSteps.block
        memory.pointee.addendStep = addendSteps.block
        memory.pointee.sourceRow = rowStep
        memory.pointee.resultRow = resultSteps.row
        memory.pointee.addendRow = addendSteps.row
        memory.pointee.argmaxStep = rows &* columns &* lanes
        if isPooled {
            memory.pointee.store =
                !holdsWindows ? TileStore.keep : argmax == nil ? TileStore.window : TileStore.argmax
        } else {
            memory.pointee.store = TileStore.store
        }
    }

    mutating func compute(samples: Int) {
        let groupOutputs = Int(parameters.pointee.outputBlocks)
        let blocks = parameters.pointee.destination.vectorBlocks
        let maximum = Int(parameters.pointee.tile.outputs)
        let bandRows = parameters.pointee.tile.bandRows > 0 ? Int(parameters.pointee.tile.bandRows) : rows
        for sample in 0..<samples {
            var row = 0
            while row < rows {
                let count = min(bandRows, rows - row)
                var block = 0
                var left = groupOutputs
                while block < blocks {
                    // Output blocks of one group share the scalars they read; as equal parts as can be.
                    let outputs = maximum == 1 || left % 2 == 1 ? 1 : 2
                    select(block: block, outputs: outputs)
                    compute(sample: sample, from: row, rows: count)
                    block &+= outputs
                    left = left == outputs ? groupOutputs : left &- outputs
                }
                row += count
            }
        }
    }

    /// Prepares the loops for the `outputs` output blocks from `block` on.
    private mutating func select(block: Int, outputs: Int) {
        self.block = block
        self.outputs = outputs
        let (kernelHeight, kernelWidth) = (Int(parameters.pointee.kernelHeight), Int(parameters.pointee.kernelWidth))
        let channelBlock = Int(parameters.pointee.source.channelBlock)
        let channels = parameters.pointee.inputChannels(block: block, outputs: outputs, lanes: lanes)
        sourceBlock = channels.first / channelBlock
        let inputBlocks = (channels.end &+ channelBlock &- 1) / channelBlock &- sourceBlock
        let placeWeights = channelBlock &* lanes
        let placeStep = Int(parameters.pointee.dilationX) &* channelBlock
        let kernelRow = Int(parameters.pointee.dilationY) &* sourceSteps.row
        var outer = TileLoops.Level(
            count: inputBlocks, scalarStep: sourceSteps.block, vectorStep: kernelHeight &* kernelWidth &* placeWeights)
        memory.pointee.outputStep = Int(parameters.pointee.inputBlocks) &* outer.vectorStep
        skippedWeights = parameters.pointee.groupOutputs > 0 ? sourceBlock &* outer.vectorStep : 0
        memory.pointee.middle = .init(
            count: kernelHeight, scalarStep: kernelRow, vectorStep: kernelWidth &* placeWeights)
        memory.pointee.inner = .init(count: kernelWidth, scalarStep: placeStep, vectorStep: placeWeights)
        var terms = channelBlock
        var lastTerms = channels.end &- (sourceBlock &+ inputBlocks &- 1) &* channelBlock
        memory.pointee.skippedTerms = channels.first &- sourceBlock &* channelBlock
        memory.pointee.scalarStep = 1
        memory.pointee.vectorStep = lanes
        // With two output blocks the loads of scalars leave time for more.
        let sharesScalars =
            outputs == 1 && parameters.pointee.tile.rows > 0 && parameters.pointee.dilationX == 1 && kernelWidth > 2
        memory.pointee.sharesScalars = sharesScalars
        if channelBlock == 1 && kernelHeight &* kernelWidth == 1 {
            // The weights of all channels lie side by side: they are the terms.
            outer.count = 1
            (terms, lastTerms) = (inputBlocks, inputBlocks)
            memory.pointee.scalarStep = sourceSteps.block
        } else if channelBlock == 1 && sharesScalars && kernelWidth == 3 {
            // The kernel's rows are the terms.
            memory.pointee.middle = .init()
            (terms, lastTerms) = (kernelHeight, kernelHeight)
            memory.pointee.scalarStep = kernelRow
            memory.pointee.vectorStep = 3 &* lanes
        } else if channelBlock == 1 && !sharesScalars {
            // The weights of a kernel row lie side by side: they are the terms.
            memory.pointee.inner = .init()
            (terms, lastTerms) = (kernelWidth, kernelWidth)
            memory.pointee.scalarStep = placeStep
        }
        memory.pointee.outer = outer
        memory.pointee.terms = terms
        memory.pointee.lastTerms = lastTerms
        if let bias {
            memory.pointee.firstStart = bias.vector(at: block &* lanes)
            if outputs > 1 { memory.pointee.secondStart = bias.vector(at: (block &+ 1) &* lanes) }
        }
    }

    /// Computes the places of `count` rows from `first` on, of the selected output blocks.
    private func compute(sample: Int, from first: Int, rows count: Int) {
        let area = PlaceArea(
            source: source
                + (sample &* sourceSteps.sample &+ sourceBlock &* sourceSteps.block &+ first &* placeRow),
            vectors: weights + (block &* memory.pointee.outputStep &+ skippedWeights),
            destination: destination
                + (sample &* resultSteps.sample &+ block &* resultSteps.block &+ first &* resultSteps.row),
            addend: addend.map {
                $0 + (sample &* addendSteps.sample &+ block &* addendSteps.block &+ first &* addendSteps.row)
            },
            argmax: argmax.map {
                $0
                    + (sample &* Int(parameters.pointee.argmaxStride)
                        &+ (block &* rows &+ first) &* columns &* lanes)
            },
            rows: count)
        if parameters.pointee.tile.rows == 0 {
            flow(area)
        } else {
            goThroughRows(area)
        }
    }

    /// Computes tiles of rows, with the columns of a row in tiles as equal as can be.
    private func goThroughRows(_ area: PlaceArea) {
        let height = holdsWindows ? 1 : Int(parameters.pointee.tile.rows)
        let whole = height == 1 ? area.rows : area.rows / 2
        let parts = EqualParts(of: columns, maximum: tilePlaces)
        if whole > 0 { goThroughRows(area, parts, from: 0, count: whole, height: height) }
        let done = whole &* height
        if done < area.rows { goThroughRows(area, parts, from: done, count: 1, height: area.rows &- done) }
    }

    /// Computes `count` times `height` rows of places from `row` on: the wider tiles of all, then the narrower ones.
    @inline(__always)
    private func goThroughRows(_ area: PlaceArea, _ parts: EqualParts, from row: Int, count: Int, height: Int) {
        memory.pointee.tileRows = count
        memory.pointee.rowScalars = height &* placeRow
        memory.pointee.rowResults = height &* resultSteps.row
        memory.pointee.rowAddends = height &* addendSteps.row
        memory.pointee.rowArgmaxes = height &* columns &* lanes
        var column = 0
        var width = parts.size(of: 0)
        var tiles = parts.leftOfSize(from: 0)
        while column < columns {
            select(area, row: row, column: column)
            memory.pointee.tiles = tiles
            setSteps(width)
            computeRows(
                outputs: outputs, rows: holdsWindows ? 2 : height, columns: holdsWindows ? 2 &* width : width,
                step: columnStep, memory, area.source + (row &* placeRow &+ column &* placeColumn), area.vectors)
            column &+= tiles &* width
            tiles = parts.count &- tiles
            width &-= 1
        }
    }

    /// Says where the results of the place at `row` and `column` go.
    @inline(__always)
    func select(_ area: PlaceArea, row: Int, column: Int) {
        memory.pointee.destination = area.destination + (row &* resultSteps.row &+ column &* lanes)
        memory.pointee.addend = area.addend.map { $0 + (row &* addendSteps.row &+ column &* lanes) }
        memory.pointee.argmax = area.argmax.map { $0 + (row &* columns &+ column) &* lanes }
    }

    /// Says how far tiles of `width` places are apart.
    @inline(__always)
    func setSteps(_ width: Int) {
        memory.pointee.tileScalars = width &* placeColumn
        memory.pointee.tileResults = width &* lanes
        memory.pointee.tileAddends = width &* lanes
    }
}

/// Some rows of places of one sample: the first of them, and the weights of the output blocks that are computed.
struct PlaceArea {
    let source: Floats
    let vectors: Floats
    let destination: Floats
    let addend: Floats?
    let argmax: UnsafeMutableRawPointer?
    let rows: Int
}

/// A number of things in the fewest parts that are not greater than `maximum`, as equal as can be: the wider ones first, and the
/// others by one narrower. Small tiles are slow.
struct EqualParts {
    let count: Int
    private let narrow: Int
    private let wider: Int

    @inline(__always)
    init(of things: Int, maximum: Int) {
        count = (things &+ maximum &- 1) / maximum
        narrow = things / count
        wider = things &- narrow &* count
    }

    @inline(__always)
    func size(of part: Int) -> Int { part < wider ? narrow &+ 1 : narrow }

    /// How many parts from `part` on are as great as it.
    @inline(__always)
    func leftOfSize(from part: Int) -> Int { (part < wider ? wider : count) &- part }
}
