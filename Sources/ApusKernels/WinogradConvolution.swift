import ApusInstructions

func winogradConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = WinogradWork(operands, parameters.assumingMemoryBound(to: WinogradParameters.self).pointee)
    for sample in 0..<samples {
        if work.tile == 2 {
            WinogradPasses<2>.compute(work, sample: sample)
        } else {
            WinogradPasses<4>.compute(work, sample: sample)
        }
    }
}

/// A Winograd convolution's operands and sizes. All steps count elements.
private struct WinogradWork {
    let tile: Int
    let tiles: Int
    let tileColumns: Int
    let passTiles: Int
    let inputs: Int
    let inputBlocks: Int
    let outputBlocks: Int
    /// The first square of the first sample.
    let source: Floats
    let sourceSteps: PictureSteps
    let weights: Floats
    let bias: Floats?
    /// The first pixel of the first sample.
    let destination: Floats
    let resultSteps: PictureSteps
    let resultHeight: Int
    let resultWidth: Int
    let pooled: Bool
    let relu: Bool
    let choice: UnsafeMutableRawPointer?
    let choiceStride: Int
    /// The transforms of the source, `[input block][tile]`.
    let squares: Floats
    /// The transforms of two blocks of the result, `[output block][tile]`.
    let products: Floats

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: WinogradParameters) {
        let (layout, result) = (parameters.source, parameters.destination)
        tile = Int(parameters.tile)
        tiles = parameters.tiles
        tileColumns = parameters.tileColumns
        passTiles = Int(parameters.passTiles)
        inputs = Int(layout.channels)
        inputBlocks = layout.blocks
        outputBlocks = result.blocks
        sourceSteps = PictureSteps(layout)
        source =
            operands.floats(0) + layout.origin - Int(parameters.padTop) * sourceSteps.row
            - Int(parameters.padLeft) * lanes
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        resultSteps = PictureSteps(result)
        destination = operands.floats(3) + result.origin
        (resultHeight, resultWidth) = (Int(result.height), Int(result.width))
        pooled = parameters.poolHeight > 0
        relu = parameters.activation == Activation.relu.rawValue
        choice = pooled ? operands[4] : nil
        choiceStride = Int(parameters.choiceStride)
        squares = operands.floats(5)
        products = squares + inputBlocks * passTiles * parameters.transformVectors * lanes
    }
}

/// Elements between samples, blocks and rows of a picture.
struct PictureSteps {
    let sample: Int
    let block: Int
    let row: Int

    init(_ layout: ImageLayout) {
        (sample, block, row) = (Int(layout.sampleStride), layout.blockStride, layout.rowStride)
    }
}

private enum WinogradPasses<let tile: Int> {
    @inline(__always)
    private static var step: Int { WinogradTransform<tile>.step }

    /// Computes one sample, a pass over some tiles at a time.
    @inline(never)
    static func compute(_ work: WinogradWork, sample: Int) {
        let passes = (work.tiles + work.passTiles - 1) / work.passTiles
        var loops = WinogradLoops()
        loops.outputVectors = work.inputBlocks * lanes * lanes
        loops.frequencyVectors = work.outputBlocks * loops.outputVectors
        loops.rounds = work.inputBlocks
        loops.roundVectors = lanes * lanes
        loops.terms = lanes
        loops.lastTerms = work.inputs - (work.inputBlocks - 1) * lanes
        var first = 0
        for pass in 0..<passes {
            // As equal as can be: narrow products are slow.
            let count = (work.tiles - first) / (passes - pass)
            WinogradTransform<tile>.transformSquares(
                work.source + sample * work.sourceSteps.sample, work.sourceSteps, blocks: work.inputBlocks,
                tileColumns: work.tileColumns, first: first, count: count, to: work.squares)
            loops.roundScalars = count * step
            loops.outputResults = count * step
            var block = 0
            while block < work.outputBlocks {
                let outputs = min(2, work.outputBlocks - block)
                withUnsafePointer(to: &loops) { loops in
                    WinogradProducts<tile>.multiply(
                        outputs: outputs, columns: count, loops, work.squares,
                        work.weights + block * loops.pointee.outputVectors, work.products)
                }
                for output in 0..<outputs {
                    let products = work.products + output * count * step
                    if !work.pooled {
                        store(work, products, sample, block + output, first, count)
                    } else if work.choice != nil {
                        storeChosen(work, products, sample, block + output, first, count)
                    } else {
                        storeGreatest(work, products, sample, block + output, first, count)
                    }
                }
                block += outputs
            }
            first += count
        }
    }

    /// Transforms the products of one output block back and stores the sums.
    @inline(never)
    private static func store(
        _ work: WinogradWork, _ products: Floats, _ sample: Int, _ block: Int, _ first: Int, _ count: Int
    ) {
        let bias = work.bias.map { $0.vector(at: block * lanes) } ?? Vector()
        let row = work.resultSteps.row
        let relu = work.relu
        let result = work.destination + sample * work.resultSteps.sample + block * work.resultSteps.block
        var source = products
        var position = TilePosition(first, columns: work.tileColumns)
        for _ in 0..<count {
            let half = WinogradTransform<tile>.transformColumns(source)
            let (top, left) = (position.row * tile, position.column * tile)
            let target = result + top * row + left * lanes
            let (rows, columns) = (work.resultHeight - top, work.resultWidth - left)
            storeRow(0, half, bias, relu, target, row, rows, columns)
            storeRow(1, half, bias, relu, target, row, rows, columns)
            if tile == 4 {
                storeRow(2, half, bias, relu, target, row, rows, columns)
                storeRow(3, half, bias, relu, target, row, rows, columns)
            }
            source += step
            position.advance()
        }
    }

    /// Transforms the products of one output block back and stores the greatest of each window.
    @inline(never)
    private static func storeGreatest(
        _ work: WinogradWork, _ products: Floats, _ sample: Int, _ block: Int, _ first: Int, _ count: Int
    ) {
        let bias = work.bias.map { $0.vector(at: block * lanes) } ?? Vector()
        let row = work.resultSteps.row
        let relu = work.relu
        let result = work.destination + sample * work.resultSteps.sample + block * work.resultSteps.block
        var source = products
        var position = TilePosition(first, columns: work.tileColumns)
        for _ in 0..<count {
            let half = WinogradTransform<tile>.transformColumns(source)
            let (top, left) = (position.row * (tile / 2), position.column * (tile / 2))
            let target = result + top * row + left * lanes
            let (rows, columns) = (work.resultHeight - top, work.resultWidth - left)
            storeWindows(0, half, bias, relu, target, columns)
            if tile == 4 && rows > 1 { storeWindows(1, half, bias, relu, target + row, columns) }
            source += step
            position.advance()
        }
    }

    /// As ``storeGreatest``, and stores which of each window it is.
    @inline(never)
    private static func storeChosen(
        _ work: WinogradWork, _ products: Floats, _ sample: Int, _ block: Int, _ first: Int, _ count: Int
    ) {
        let bias = work.bias.map { $0.vector(at: block * lanes) } ?? Vector()
        let row = work.resultSteps.row
        let relu = work.relu
        let result = work.destination + sample * work.resultSteps.sample + block * work.resultSteps.block
        let choice =
            work.choice.unsafelyUnwrapped + sample * work.choiceStride
            + block * work.resultHeight * work.resultWidth * lanes
        var source = products
        var position = TilePosition(first, columns: work.tileColumns)
        for _ in 0..<count {
            let half = WinogradTransform<tile>.transformColumns(source)
            let (top, left) = (position.row * (tile / 2), position.column * (tile / 2))
            let target = result + top * row + left * lanes
            let bytes = choice + (top * work.resultWidth + left) * lanes
            let (rows, columns) = (work.resultHeight - top, work.resultWidth - left)
            storeChosenWindows(0, half, bias, relu, target, bytes, columns)
            if tile == 4 && rows > 1 {
                storeChosenWindows(1, half, bias, relu, target + row, bytes + work.resultWidth * lanes, columns)
            }
            source += step
            position.advance()
        }
    }

    // A row is a constant to each of these: an index that varies would keep the sums out of registers.

    /// Stores row `y` of a tile, of which `rows` rows and `columns` columns are inside of the picture.
    @inline(__always)
    private static func storeRow(
        _ y: Int, _ half: WinogradHalf, _ bias: Vector, _ relu: Bool, _ target: Floats, _ rowStep: Int, _ rows: Int,
        _ columns: Int
    ) {
        guard y < rows else { return }
        let sums = WinogradTransform<tile>.transformRow(half, y)
        for x in 0..<tile where x < columns {
            target.store(activated(sums[x] + bias, relu), at: y &* rowStep &+ x * lanes)
        }
    }

    /// Stores row `y` of a tile's windows, of which `columns` are inside of the result.
    @inline(__always)
    private static func storeWindows(
        _ y: Int, _ half: WinogradHalf, _ bias: Vector, _ relu: Bool, _ target: Floats, _ columns: Int
    ) {
        let upper = WinogradTransform<tile>.transformRow(half, 2 * y)
        let lower = WinogradTransform<tile>.transformRow(half, 2 * y + 1)
        for x in 0..<tile / 2 where tile == 2 || x < columns {
            let sum = greatest(
                greatest(upper[2 * x], upper[2 * x + 1]), greatest(lower[2 * x], lower[2 * x + 1]))
            target.store(activated(sum + bias, relu), at: x * lanes)
        }
    }

    @inline(__always)
    private static func storeChosenWindows(
        _ y: Int, _ half: WinogradHalf, _ bias: Vector, _ relu: Bool, _ target: Floats,
        _ choice: UnsafeMutableRawPointer, _ columns: Int
    ) {
        let upper = WinogradTransform<tile>.transformRow(half, 2 * y)
        let lower = WinogradTransform<tile>.transformRow(half, 2 * y + 1)
        for x in 0..<tile / 2 where tile == 2 || x < columns {
            var greatest = upper[2 * x]
            var chosen = IntegerVector()
            take(upper[2 * x + 1], 1, &greatest, &chosen)
            take(lower[2 * x], 2, &greatest, &chosen)
            take(lower[2 * x + 1], 3, &greatest, &chosen)
            let value = activated(greatest + bias, relu)
            target.store(value, at: x * lanes)
            if relu { chosen = choose(IntegerVector(repeating: 255), where: value .<= Vector(), else: chosen) }
            storeBytes(of: chosen, at: choice + x * lanes)
        }
    }
}

/// The sum after the activation.
@inline(__always)
func activated(_ sum: Vector, _ relu: Bool) -> Vector {
    // What is not a number stays so: a training that diverges must show it.
    relu ? choose(Vector(), where: sum .< Vector(), else: sum) : sum
}

/// The row and the column of a tile, which go through a picture row by row.
struct TilePosition {
    private(set) var row: Int
    private(set) var column: Int
    private let columns: Int

    @inline(__always)
    init(_ tile: Int, columns: Int) {
        (row, column) = (tile / columns, tile % columns)
        self.columns = columns
    }

    @inline(__always)
    mutating func advance() {
        column &+= 1
        if column == columns { (row, column) = (row &+ 1, 0) }
    }
}
