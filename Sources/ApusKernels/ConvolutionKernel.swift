import ApusInstructions

func convolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    var memory = PositionTileMemory()
    var choices = ConvolutionChoices()
    withUnsafeMutablePointer(to: &memory) { memory in
        withUnsafeMutablePointer(to: &choices) { choices in
            var work = ConvolutionWork(operands, parameters, memory, choices)
            let groupOutputs = Int(parameters.outputBlocks)
            for sample in 0..<samples {
                var block = 0
                while block < parameters.destination.blocks {
                    // Output blocks of one group share the scalars they read; as equal parts as can be.
                    let left = groupOutputs - block % groupOutputs
                    let most = Int(parameters.tile.outputs)
                    let outputs = left / ((left + most - 1) / most)
                    work.select(block: block, outputs: outputs)
                    work.compute(sample: sample)
                    block += outputs
                }
            }
        }
    }
}

/// Where the greatest of each window of a tile is.
struct ConvolutionChoices {
    #if VECTOR_16
        typealias Places = InlineArray<24, IntegerVector>
    #else
        typealias Places = InlineArray<12, IntegerVector>
    #endif
    var greatest = noSums
    var places = unsafeBitCast(noSums, to: Places.self)
}

/// A convolution's operands, and the loops of the tiles that compute some of its output blocks.
private struct ConvolutionWork {
    let parameters: ConvolutionParameters
    let source: Floats
    let weights: Floats
    let bias: Floats?
    let destination: Floats
    let choice: UnsafeMutableRawPointer?
    let addend: Floats?
    let memory: PositionTilePointer
    let choices: UnsafeMutablePointer<ConvolutionChoices>
    /// Rows and columns of a pooling window; 1 × 1 where there is no pooling.
    let windowHeight: Int
    let windowWidth: Int
    /// Elements of the source between rows and columns of positions.
    let rowStep: Int
    let columnStep: Int
    /// Elements of the destination and of the addend between rows of results.
    let placeRow: Int
    let placeColumn: Int
    let resultRow: Int
    let addendRow: Int
    /// Whether a tile holds whole 2 × 2 windows, and not one position of each window at a time.
    let holdsWindows: Bool

    /// The first output block of the tiles, and how many there are.
    private var block = 0
    private var outputs = 1
    private var sourceBlock = 0

    init(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters,
        _ memory: PositionTilePointer, _ choices: UnsafeMutablePointer<ConvolutionChoices>
    ) {
        self.parameters = parameters
        self.memory = memory
        self.choices = choices
        source = operands.floats(0)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        destination = operands.floats(3)
        let pooled = parameters.poolHeight > 0
        choice = pooled ? operands[4] : nil
        addend = pooled ? nil : operands.optionalFloats(5)
        windowHeight = pooled ? Int(parameters.poolHeight) : 1
        windowWidth = pooled ? Int(parameters.poolWidth) : 1
        rowStep = Int(parameters.strideY) * parameters.source.rowStride
        columnStep = Int(parameters.strideX) * Int(parameters.source.channelBlock)
        placeRow = rowStep * windowHeight
        placeColumn = columnStep * windowWidth
        resultRow = parameters.destination.rowStride
        addendRow = parameters.addend.rowStride
        holdsWindows = windowHeight == 2 && windowWidth == 2 && parameters.tile.positions % 4 == 0
        let relu = parameters.activation == Activation.relu.rawValue
        memory.pointee.relu = relu
        memory.pointee.floor = relu ? Vector() : Vector(repeating: -Float.infinity)
        memory.pointee.destinationStep = parameters.destination.blockStride
        memory.pointee.addendStep = parameters.addend.blockStride
        if pooled {
            memory.pointee.store =
                !holdsWindows ? TileStore.keep : choice == nil ? TileStore.window : TileStore.choice
        } else {
            memory.pointee.store = TileStore.store
        }
    }

    /// Prepares the loops for the `outputs` output blocks from `block` on.
    mutating func select(block: Int, outputs: Int) {
        self.block = block
        self.outputs = outputs
        let layout = parameters.source
        let (kernelHeight, kernelWidth) = (Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        let channelBlock = Int(layout.channelBlock)
        let inputBlocks = Int(parameters.inputBlocks)
        sourceBlock = block / Int(parameters.outputBlocks) * inputBlocks
        let placeWeights = channelBlock * lanes
        let placeStep = Int(parameters.dilationX) * channelBlock
        memory.pointee.outer = .init(
            count: inputBlocks, scalarStep: layout.blockStride, vectorStep: kernelHeight * kernelWidth * placeWeights)
        memory.pointee.outputStep = inputBlocks * memory.pointee.outer.vectorStep
        memory.pointee.middle = .init(
            count: kernelHeight, scalarStep: Int(parameters.dilationY) * layout.rowStride,
            vectorStep: kernelWidth * placeWeights)
        if channelBlock == 1 && kernelHeight * kernelWidth == 1 {
            // The weights of all channels lie side by side: they are the terms.
            memory.pointee.outer.count = 1
            memory.pointee.terms = inputBlocks
            memory.pointee.lastTerms = inputBlocks
            memory.pointee.scalarStep = layout.blockStride
        } else if channelBlock == 1 {
            // The weights of a kernel row lie side by side: they are the terms.
            memory.pointee.terms = kernelWidth
            memory.pointee.lastTerms = kernelWidth
            memory.pointee.scalarStep = placeStep
        } else {
            memory.pointee.inner = .init(count: kernelWidth, scalarStep: placeStep, vectorStep: placeWeights)
            memory.pointee.terms = channelBlock
            memory.pointee.lastTerms = min(
                channelBlock, Int(layout.channels) - (sourceBlock + inputBlocks - 1) * channelBlock)
            memory.pointee.scalarStep = 1
        }
        if let bias {
            memory.pointee.firstStart = bias.vector(at: block * lanes)
            if outputs > 1 { memory.pointee.secondStart = bias.vector(at: (block + 1) * lanes) }
        }
    }

    /// Computes all positions of the selected output blocks, in tiles of places: windows, or positions where there are none.
    /// A tile goes on in the next row.
    func compute(sample: Int) {
        let layout = parameters.source
        let result = parameters.destination
        let rows = Int(parameters.outputHeight) / windowHeight
        let columns = Int(parameters.outputWidth) / windowWidth
        let origin =
            source + sample * Int(layout.sampleStride) + sourceBlock * layout.blockStride + layout.origin
            - Int(parameters.padTop) * layout.rowStride - Int(parameters.padLeft) * Int(layout.channelBlock)
        let target = destination + sample * Int(result.sampleStride) + block * result.blockStride + result.origin
        let added = addend.map {
            $0 + sample * Int(parameters.addend.sampleStride) + block * parameters.addend.blockStride
                + parameters.addend.origin
        }
        let firstChoice = sample * Int(parameters.choiceStride) + block * rows * columns * lanes
        let most = holdsWindows ? Int(parameters.tile.positions) / 4 : Int(parameters.tile.positions)
        let vectors = weights + block * memory.pointee.outputStep
        let count = rows * columns
        // As equal as can be: small tiles are slow.
        let tiles = (count + most - 1) / most
        let narrow = count / tiles
        let wider = count % tiles
        let repeats = memory.pointee.store != TileStore.keep
        var (tile, place, row, column) = (0, 0, 0, 0)
        while tile < tiles {
            let width = tile < wider ? narrow + 1 : narrow
            let scalars = origin + (row &* placeRow &+ column &* placeColumn)
            memory.pointee.destination = target + (row &* resultRow &+ column &* lanes)
            if let added { memory.pointee.addend = added + (row &* addendRow &+ column &* lanes) }
            setPlaces(width, from: column, columns: columns)
            // All tiles of this width that the row still has room for.
            var run = 1
            var next = column &+ width
            if repeats {
                let last = tile < wider ? wider : tiles
                while next &+ width <= columns && tile &+ run < last {
                    next &+= width
                    run &+= 1
                }
            }
            memory.pointee.tiles = run
            memory.pointee.tileScalars = width &* placeColumn
            memory.pointee.tileResults = width &* lanes
            memory.pointee.tileAddends = width &* lanes
            if parameters.poolHeight == 0 {
                computeTile(outputs: outputs, positions: width, memory, scalars, vectors)
            } else if holdsWindows {
                memory.pointee.choice = choice.map { $0 + firstChoice + place * lanes }
                memory.pointee.choiceStep = count * lanes
                computeTile(outputs: outputs, positions: 4 * width, memory, scalars, vectors)
            } else {
                scanWindows(width, scalars, vectors)
                if let choice { storeChoices(width, choice + firstChoice + place * lanes, step: count * lanes) }
            }
            tile &+= run
            place &+= run &* width
            column = next
            while column >= columns {
                column &-= columns
                row &+= 1
            }
        }
    }

    /// Says where `width` places are, the first of them in `column`, as steps from it.
    @inline(__always)
    private func setPlaces(_ width: Int, from column: Int, columns: Int) {
        let numbers = PositionVector(0, 1, 2, 3, 4, 5, 6, 7)
        let (placeRow, placeColumn) = (Int32(truncatingIfNeeded: placeRow), Int32(truncatingIfNeeded: placeColumn))
        let (resultRow, addendRow) = (Int32(truncatingIfNeeded: resultRow), Int32(truncatingIfNeeded: addendRow))
        let vector = Int32(truncatingIfNeeded: lanes)
        let span = Int32(truncatingIfNeeded: columns)
        let places = holdsWindows ? numbers &>> 2 : numbers
        var (sources, results, addends) = (places &* placeColumn, numbers &* vector, numbers &* vector)
        if holdsWindows {
            let (right, down) = (Int32(truncatingIfNeeded: columnStep), Int32(truncatingIfNeeded: rowStep))
            sources &+= PositionVector(0, right, down, down &+ right, 0, right, down, down &+ right)
        }
        // Each time that the places reach the end of a row, those from there on move to the next one.
        var end = columns &- column
        while end < width {
            let first = Int32(truncatingIfNeeded: end)
            sources &+= after(first, places) & (placeRow &- span &* placeColumn)
            results &+= after(first, numbers) & (resultRow &- span &* vector)
            addends &+= after(first, numbers) & (addendRow &- span &* vector)
            end &+= columns
        }
        memory.pointee.sources = unsafeBitCast(sources, to: Positions.self)
        memory.pointee.results = unsafeBitCast(results, to: Positions.self)
        memory.pointee.addends = unsafeBitCast(addends, to: Positions.self)
    }

    /// All bits where a place is `first` or comes after it.
    @inline(__always)
    private func after(_ first: Int32, _ places: PositionVector) -> PositionVector {
        // The sign of a difference: Swift compares vectors of integers lane by lane.
        (PositionVector(repeating: first &- 1) &- places) &>> 31
    }

    /// Goes through `width` windows of any size, one position of each window at a time, and stores the greatest.
    private func scanWindows(_ width: Int, _ origin: Floats, _ vectors: Floats) {
        for position in 0..<windowHeight * windowWidth {
            computeTile(
                outputs: outputs, positions: width, memory,
                origin + position / windowWidth * rowStep + position % windowWidth * columnStep, vectors)
            for place in 0..<width * outputs {
                let sum = memory.pointee.sums[place]
                if position == 0 {
                    choices.pointee.greatest[place] = sum
                    choices.pointee.places[place] = IntegerVector()
                } else {
                    take(sum, position, &choices.pointee.greatest[place], &choices.pointee.places[place])
                }
            }
        }
        storeGreatest(width)
    }

    /// Applies the activation to the greatest of each window and stores it.
    private func storeGreatest(_ width: Int) {
        let floor = memory.pointee.floor
        for window in 0..<width {
            let target = memory.pointee.destination.unsafelyUnwrapped + Int(memory.pointee.results[window])
            for output in 0..<outputs {
                let result = greater(floor, choices.pointee.greatest[window * outputs + output])
                choices.pointee.greatest[window * outputs + output] = result
                target.store(result, at: output * memory.pointee.destinationStep)
            }
        }
    }

    /// Stores the choices of `width` windows.
    private func storeChoices(_ width: Int, _ bytes: UnsafeMutableRawPointer, step: Int) {
        for window in 0..<width {
            for output in 0..<outputs {
                let place = window * outputs + output
                var chosen = choices.pointee.places[place]
                if memory.pointee.relu { chosen = chosenAboveZero(chosen, choices.pointee.greatest[place]) }
                storeBytes(of: chosen, at: bytes + output * step + window * lanes)
            }
        }
    }
}
