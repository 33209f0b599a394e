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
            let bandRows = parameters.tile.bandRows > 0 ? Int(parameters.tile.bandRows) : work.rows
            for sample in 0..<samples {
                var row = 0
                while row < work.rows {
                    let count = min(bandRows, work.rows - row)
                    var block = 0
                    while block < parameters.destination.blocks {
                        // Output blocks of one group share the scalars they read; as equal parts as can be.
                        let left = groupOutputs - block % groupOutputs
                        let most = Int(parameters.tile.outputs)
                        let outputs = left / ((left + most - 1) / most)
                        work.select(block: block, outputs: outputs)
                        work.compute(sample: sample, from: row, rows: count)
                        block += outputs
                    }
                    row += count
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
    /// Rows and columns of places: windows, or positions where there are none.
    let rows: Int
    let columns: Int
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
    /// The most places of a tile's rows, or of all of it where positions flow.
    let tilePlaces: Int

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
        rows = Int(parameters.outputHeight) / windowHeight
        columns = Int(parameters.outputWidth) / windowWidth
        rowStep = Int(parameters.strideY) * parameters.source.rowStride
        columnStep = Int(parameters.strideX) * Int(parameters.source.channelBlock)
        placeRow = rowStep * windowHeight
        placeColumn = columnStep * windowWidth
        resultRow = parameters.destination.rowStride
        addendRow = parameters.addend.rowStride
        let tile = parameters.tile
        holdsWindows =
            windowHeight == 2 && windowWidth == 2
            && (tile.rows == 0 ? tile.columns % 4 == 0 : tile.rows == 2 && tile.columns % 2 == 0)
        tilePlaces = Int(tile.columns) / (holdsWindows ? tile.rows == 0 ? 4 : 2 : 1)
        let relu = parameters.activation == Activation.relu.rawValue
        memory.pointee.relu = relu
        memory.pointee.floor = relu ? Vector() : Vector(repeating: -Float.infinity)
        memory.pointee.destinationStep = parameters.destination.blockStride
        memory.pointee.addendStep = parameters.addend.blockStride
        memory.pointee.sourceRow = rowStep
        memory.pointee.resultRow = resultRow
        memory.pointee.addendRow = addendRow
        memory.pointee.choiceStep = rows * columns * lanes
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
        memory.pointee.inner = .init(count: kernelWidth, scalarStep: placeStep, vectorStep: placeWeights)
        memory.pointee.terms = channelBlock
        memory.pointee.lastTerms = min(
            channelBlock, Int(layout.channels) - (sourceBlock + inputBlocks - 1) * channelBlock)
        memory.pointee.scalarStep = 1
        // With two output blocks the loads of scalars leave time for more.
        memory.pointee.sharesScalars = outputs == 1 && parameters.dilationX == 1 && kernelWidth > 2
        if channelBlock == 1 && kernelHeight * kernelWidth == 1 {
            // The weights of all channels lie side by side: they are the terms.
            memory.pointee.outer.count = 1
            memory.pointee.terms = inputBlocks
            memory.pointee.lastTerms = inputBlocks
            memory.pointee.scalarStep = layout.blockStride
        } else if channelBlock == 1 && !memory.pointee.sharesScalars {
            // The weights of a kernel row lie side by side: they are the terms.
            memory.pointee.inner = .init()
            memory.pointee.terms = kernelWidth
            memory.pointee.lastTerms = kernelWidth
            memory.pointee.scalarStep = placeStep
        }
        if let bias {
            memory.pointee.firstStart = bias.vector(at: block * lanes)
            if outputs > 1 { memory.pointee.secondStart = bias.vector(at: (block + 1) * lanes) }
        }
    }

    /// Computes the places of `count` rows from `first` on, of the selected output blocks.
    func compute(sample: Int, from first: Int, rows count: Int) {
        let layout = parameters.source
        let result = parameters.destination
        let origin =
            source + sample * Int(layout.sampleStride) + sourceBlock * layout.blockStride + layout.origin
            - Int(parameters.padTop) * layout.rowStride - Int(parameters.padLeft) * Int(layout.channelBlock)
            + first * placeRow
        let target =
            destination + sample * Int(result.sampleStride) + block * result.blockStride + result.origin
            + first * resultRow
        let added = addend.map {
            $0 + sample * Int(parameters.addend.sampleStride) + block * parameters.addend.blockStride
                + parameters.addend.origin + first * addendRow
        }
        let firstChoice = sample * Int(parameters.choiceStride) + (block * rows + first) * columns * lanes
        let area = PlaceArea(
            source: origin, vectors: weights + block * memory.pointee.outputStep, destination: target, addend: added,
            choice: choice.map { $0 + firstChoice }, rows: count)
        if parameters.tile.rows == 0 {
            flow(area)
        } else {
            goThroughRows(area)
        }
    }

    /// Computes tiles of rows, with the columns of a row in tiles as equal as can be.
    private func goThroughRows(_ area: PlaceArea) {
        let height = holdsWindows ? 1 : Int(parameters.tile.rows)
        let whole = area.rows / height
        if whole > 0 { goThroughRows(area, from: 0, count: whole, height: height) }
        if whole * height < area.rows {
            goThroughRows(area, from: whole * height, count: 1, height: area.rows - whole * height)
        }
    }

    /// Computes `count` times `height` rows of places from `row` on: the wider tiles of all, then the narrower ones.
    private func goThroughRows(_ area: PlaceArea, from row: Int, count: Int, height: Int) {
        memory.pointee.tileRows = count
        memory.pointee.rowScalars = height * placeRow
        memory.pointee.rowResults = height * resultRow
        memory.pointee.rowAddends = height * addendRow
        memory.pointee.rowChoices = height * columns * lanes
        let parts = EqualParts(of: columns, most: tilePlaces)
        let wider = parts.leftOfSize(from: 0)
        select(area, row: row, column: 0)
        computeRun(of: wider, parts.size(of: 0), rows: height, area.source + row * placeRow, area.vectors)
        if wider < parts.count {
            let column = wider * parts.size(of: 0)
            select(area, row: row, column: column)
            computeRun(
                of: parts.count - wider, parts.size(of: wider), rows: height,
                area.source + (row * placeRow + column * placeColumn), area.vectors)
        }
    }

    /// Computes `count` tiles of `rows` rows by `width` places, one beside the other, in each row of tiles.
    @inline(__always)
    private func computeRun(of count: Int, _ width: Int, rows: Int, _ scalars: Floats, _ vectors: Floats) {
        memory.pointee.tiles = count
        setSteps(width)
        computeRows(
            outputs: outputs, rows: holdsWindows ? 2 : rows, columns: holdsWindows ? 2 * width : width,
            step: columnStep, memory, scalars, vectors)
    }

    /// Computes tiles of positions that flow: those of a tile that the row has no room for are in the next row.
    private func flow(_ area: PlaceArea) {
        let parts = EqualParts(of: area.rows * columns, most: tilePlaces)
        let repeats = memory.pointee.store != TileStore.keep
        var (tile, row, column) = (0, 0, 0)
        while tile < parts.count {
            let width = parts.size(of: tile)
            let scalars = area.source + (row &* placeRow &+ column &* placeColumn)
            select(area, row: row, column: column)
            setPlaces(width, from: column)
            setSteps(width)
            // All tiles of this width that the row still has room for.
            let fitting = repeats ? min(parts.leftOfSize(from: tile), (columns &- column) / width) : 1
            let run = max(1, fitting)
            memory.pointee.tiles = run
            if repeats {
                let positions = holdsWindows ? 4 * width : width
                computeFlowing(outputs: outputs, positions: positions, memory, scalars, area.vectors)
            } else {
                scanWindows(width, scalars, area.vectors)
                storeChoices(width)
            }
            tile &+= run
            column &+= run &* width
            while column >= columns {
                column &-= columns
                row &+= 1
            }
        }
    }

    /// Says where the results of the place at `row` and `column` go.
    @inline(__always)
    private func select(_ area: PlaceArea, row: Int, column: Int) {
        memory.pointee.destination = area.destination + (row &* resultRow &+ column &* lanes)
        memory.pointee.addend = area.addend.map { $0 + (row &* addendRow &+ column &* lanes) }
        memory.pointee.choice = area.choice.map { $0 + (row &* columns &+ column) &* lanes }
    }

    /// Says how far tiles of `width` places are apart.
    @inline(__always)
    private func setSteps(_ width: Int) {
        memory.pointee.tileScalars = width &* placeColumn
        memory.pointee.tileResults = width &* lanes
        memory.pointee.tileAddends = width &* lanes
    }

    /// Says where `width` places are, the first of them in `column`, as steps from it.
    @inline(__always)
    private func setPlaces(_ width: Int, from column: Int) {
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
            computeFlowing(
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
    private func storeChoices(_ width: Int) {
        guard let bytes = memory.pointee.choice else { return }
        let step = memory.pointee.choiceStep
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

/// Some rows of places of one sample: the first of them, and the weights of the output blocks that are computed.
private struct PlaceArea {
    let source: Floats
    let vectors: Floats
    let destination: Floats
    let addend: Floats?
    let choice: UnsafeMutableRawPointer?
    let rows: Int
}

/// A number of things in the fewest parts that are not greater than `most`, as equal as can be: the wider ones first. Small
/// tiles are slow.
private struct EqualParts {
    let count: Int
    private let narrow: Int
    private let wider: Int

    @inline(__always)
    init(of things: Int, most: Int) {
        count = (things + most - 1) / most
        narrow = things / count
        wider = things % count
    }

    @inline(__always)
    func size(of part: Int) -> Int { part < wider ? narrow &+ 1 : narrow }

    /// How many parts from `part` on are as great as it.
    @inline(__always)
    func leftOfSize(from part: Int) -> Int { (part < wider ? wider : count) &- part }
}
