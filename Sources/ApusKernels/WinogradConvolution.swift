import ApusInstructions

func winogradConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = WinogradWork(operands, parameters.assumingMemoryBound(to: WinogradParameters.self).pointee)
    for sample in 0..<samples {
        if work.parameters.tile == 2 {
            WinogradPasses<2>.compute(work, sample: sample)
        } else {
            WinogradPasses<4>.compute(work, sample: sample)
        }
    }
}

/// A Winograd convolution's operands and sizes. All steps count elements.
private struct WinogradWork {
    let parameters: WinogradParameters
    let source: Floats
    let weights: Floats
    let bias: Floats?
    let destination: Floats
    let choice: UnsafeMutableRawPointer?
    /// The transforms of the source, `[frequency][input block][tile][V]`, and from one frequency to the next.
    let squares: Floats
    let squareStep: Int
    /// The transforms of two blocks of the result, `[frequency][output block][tile][V]`.
    let products: Floats
    let productStep: Int
    let inputBlocks: Int
    let outputBlocks: Int

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: WinogradParameters) {
        self.parameters = parameters
        source = operands.floats(0)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        destination = operands.floats(3)
        choice = parameters.poolHeight > 0 ? operands[4] : nil
        inputBlocks = parameters.source.blocks
        outputBlocks = parameters.destination.blocks
        squares = operands.floats(5)
        squareStep = parameters.frequencyVectors(blocks: inputBlocks) * lanes
        products = squares + parameters.frequencies * squareStep
        productStep = parameters.frequencyVectors(blocks: 2) * lanes
    }
}

private enum WinogradPasses<let tile: Int> {
    /// Computes one sample, a pass over some tiles at a time.
    @inline(never)
    static func compute(_ work: WinogradWork, sample: Int) {
        let tiles = work.parameters.tiles
        let most = Int(work.parameters.passTiles)
        let passes = (tiles + most - 1) / most
        let inputs = Int(work.parameters.source.channels)
        var loops = WinogradLoops()
        loops.frequencies = work.parameters.frequencies
        loops.frequencyResults = work.productStep
        loops.outputVectors = work.inputBlocks * lanes * lanes
        loops.frequencyVectors = work.outputBlocks * loops.outputVectors
        loops.frequencyScalars = work.squareStep
        loops.rounds = work.inputBlocks
        loops.roundVectors = lanes * lanes
        loops.terms = lanes
        loops.lastTerms = inputs - (work.inputBlocks - 1) * lanes
        var first = 0
        for pass in 0..<passes {
            // As equal as can be: narrow products are slow.
            let count = (tiles - first) / (passes - pass)
            transformSource(work, sample: sample, first: first, count: count)
            loops.roundScalars = count * lanes
            loops.outputResults = count * lanes
            var block = 0
            while block < work.outputBlocks {
                let outputs = min(2, work.outputBlocks - block)
                withUnsafePointer(to: &loops) { loops in
                    multiplyFrequencies(
                        outputs: outputs, columns: count, overTiles: false, loops, work.squares,
                        work.weights + block * loops.pointee.outputVectors, work.products)
                }
                for output in 0..<outputs {
                    store(work, work.products + output * count * lanes, sample, block + output, first, count)
                }
                block += outputs
            }
            first += count
        }
    }

    /// Transforms the squares of `count` tiles from `first` on.
    @inline(__always)
    private static func transformSource(_ work: WinogradWork, sample: Int, first: Int, count: Int) {
        let layout = work.parameters.source
        let rowStride = layout.rowStride
        let origin =
            work.source + sample * Int(layout.sampleStride) + layout.origin
            - Int(work.parameters.padTop) * rowStride - Int(work.parameters.padLeft) * lanes
        let width = work.parameters.tileColumns
        for block in 0..<work.inputBlocks {
            let blockSource = origin + block * layout.blockStride
            var target = work.squares + block * count * lanes
            var (row, column) = (first / width, first % width)
            for _ in 0..<count {
                WinogradTransform<tile>.transformSource(
                    blockSource + row * tile * rowStride + column * tile * lanes, rowStride: rowStride, to: target,
                    step: work.squareStep)
                target += lanes
                column += 1
                if column == width { (row, column) = (row + 1, 0) }
            }
        }
    }

    /// Transforms the products of one output block back and stores what they give.
    @inline(__always)
    private static func store(
        _ work: WinogradWork, _ products: Floats, _ sample: Int, _ block: Int, _ first: Int, _ count: Int
    ) {
        let result = work.parameters.destination
        let bias = work.bias.map { $0.vector(at: block * lanes) } ?? Vector()
        let target =
            work.destination + sample * Int(result.sampleStride) + block * result.blockStride + result.origin
        let width = work.parameters.tileColumns
        let relu = work.parameters.activation == Activation.relu.rawValue
        var source = products
        var (row, column) = (first / width, first % width)
        for _ in 0..<count {
            let sums = WinogradTransform<tile>.transformResult(source, step: work.productStep)
            if work.parameters.poolHeight == 0 {
                let tileTarget = target + row * tile * result.rowStride + column * tile * lanes
                let rows = Int(work.parameters.outputHeight) - row * tile
                let columns = Int(work.parameters.outputWidth) - column * tile
                for y in 0..<tile where y < rows {
                    for x in 0..<tile where x < columns {
                        tileTarget.store(
                            rectified(sums[y * tile + x] + bias, relu), at: y * result.rowStride + x * lanes)
                    }
                }
            } else {
                let (top, left) = (row * (tile / 2), column * (tile / 2))
                for y in 0..<tile / 2 where top + y < result.height {
                    for x in 0..<tile / 2 where left + x < result.width {
                        let corner = 2 * y * tile + 2 * x
                        let place = (top + y) * result.rowStride + (left + x) * lanes
                        let window = (sums[corner], sums[corner + 1], sums[corner + tile], sums[corner + tile + 1])
                        if let choice = work.choice {
                            let bytes =
                                sample * Int(work.parameters.choiceStride)
                                + ((block * Int(result.height) + top + y) * Int(result.width) + left + x) * lanes
                            storeGreatest(window, bias, relu, target + place, choice + bytes)
                        } else {
                            let greatest = maximum(maximum(window.0, window.1), maximum(window.2, window.3))
                            target.store(rectified(greatest + bias, relu), at: place)
                        }
                    }
                }
            }
            source += lanes
            column += 1
            if column == width { (row, column) = (row + 1, 0) }
        }
    }

    @inline(__always)
    private static func rectified(_ sum: Vector, _ relu: Bool) -> Vector {
        // What is not a number stays so: a training that diverges must show it.
        relu ? choose(Vector(), where: sum .< Vector(), else: sum) : sum
    }

    /// Stores the greatest of a window's sums, and which of them it is.
    @inline(__always)
    private static func storeGreatest(
        _ window: (Vector, Vector, Vector, Vector), _ bias: Vector, _ relu: Bool, _ target: Floats,
        _ choice: UnsafeMutableRawPointer
    ) {
        var greatest = window.0
        var chosen = IntegerVector()
        take(window.1, 1, &greatest, &chosen)
        take(window.2, 2, &greatest, &chosen)
        take(window.3, 3, &greatest, &chosen)
        let result = rectified(greatest + bias, relu)
        target.store(result, at: 0)
        if relu { chosen = choose(IntegerVector(repeating: 255), where: result .<= Vector(), else: chosen) }
        storeBytes(of: chosen, at: choice)
    }
}
