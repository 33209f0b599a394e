import ApusInstructions

func winogradWeightGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = WinogradGradientWork(operands, parameters.assumingMemoryBound(to: WinogradParameters.self).pointee)
    for sample in 0..<samples {
        if work.parameters.tile == 2 {
            WinogradGradientPasses<2>.add(work, sample: sample)
        } else {
            WinogradGradientPasses<4>.add(work, sample: sample)
        }
    }
}

/// A Winograd weight gradient's operands and sizes. All steps count elements.
private struct WinogradGradientWork {
    let parameters: WinogradParameters
    let source: Floats
    let gradient: Floats
    let weights: Floats
    let bias: Floats?
    /// The transforms of the source, `[frequency][input block][tile][V]`, and from one frequency to the next.
    let squares: Floats
    let squareStep: Int
    /// The transforms of the gradient, `[frequency][output block][tile][V]`.
    let tiles: Floats
    let tileStep: Int
    let inputBlocks: Int
    let outputBlocks: Int

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: WinogradParameters) {
        self.parameters = parameters
        source = operands.floats(0)
        gradient = operands.floats(1)
        weights = operands.floats(2)
        bias = operands.optionalFloats(3)
        inputBlocks = parameters.source.blocks
        outputBlocks = parameters.destination.blocks
        squares = operands.floats(4)
        squareStep = parameters.frequencyVectors(blocks: inputBlocks) * lanes
        tiles = squares + parameters.frequencies * squareStep
        tileStep = parameters.frequencyVectors(blocks: outputBlocks) * lanes
    }
}

private enum WinogradGradientPasses<let tile: Int> {
    /// Adds the gradient of one sample, a pass over some tiles at a time.
    @inline(never)
    static func add(_ work: WinogradGradientWork, sample: Int) {
        let tiles = work.parameters.tiles
        let most = Int(work.parameters.passTiles)
        let passes = (tiles + most - 1) / most
        var loops = WinogradLoops()
        loops.frequencies = work.parameters.frequencies
        loops.outputResults = work.inputBlocks * lanes * lanes
        loops.frequencyResults = work.outputBlocks * loops.outputResults
        loops.frequencyVectors = work.tileStep
        loops.frequencyScalars = work.squareStep
        var first = 0
        for pass in 0..<passes {
            let count = (tiles - first) / (passes - pass)
            transform(work, sample: sample, first: first, count: count)
            loops.outputVectors = count * lanes
            loops.terms = count
            loops.lastTerms = count
            var block = 0
            while block < work.outputBlocks {
                let outputs = min(2, work.outputBlocks - block)
                for input in 0..<work.inputBlocks {
                    let channels = min(lanes, Int(work.parameters.source.channels) - input * lanes)
                    withUnsafePointer(to: &loops) { loops in
                        multiplyFrequencies(
                            outputs: outputs, columns: channels, overTiles: true, loops,
                            work.squares + input * count * lanes, work.tiles + block * count * lanes,
                            work.weights + block * loops.pointee.outputResults + input * lanes * lanes)
                    }
                }
                block += outputs
            }
            first += count
        }
    }

    /// Transforms the squares and the gradients of `count` tiles from `first` on, and adds the gradients to the bias's.
    @inline(__always)
    private static func transform(_ work: WinogradGradientWork, sample: Int, first: Int, count: Int) {
        let (layout, result) = (work.parameters.source, work.parameters.destination)
        let origin =
            work.source + sample * Int(layout.sampleStride) + layout.origin
            - Int(work.parameters.padTop) * layout.rowStride - Int(work.parameters.padLeft) * lanes
        let width = work.parameters.tileColumns
        for block in 0..<work.inputBlocks {
            let blockSource = origin + block * layout.blockStride
            var target = work.squares + block * count * lanes
            var (row, column) = (first / width, first % width)
            for _ in 0..<count {
                WinogradTransform<tile>.transformSource(
                    blockSource + row * tile * layout.rowStride + column * tile * lanes, rowStride: layout.rowStride,
                    to: target, step: work.squareStep)
                target += lanes
                column += 1
                if column == width { (row, column) = (row + 1, 0) }
            }
        }
        for block in 0..<work.outputBlocks {
            let blockGradient =
                work.gradient + sample * Int(result.sampleStride) + block * result.blockStride + result.origin
            var target = work.tiles + block * count * lanes
            var (row, column) = (first / width, first % width)
            var sum = Vector.zero
            for _ in 0..<count {
                let tileGradient = blockGradient + row * tile * result.rowStride + column * tile * lanes
                let (rows, columns) = (
                    Int(work.parameters.outputHeight) - row * tile, Int(work.parameters.outputWidth) - column * tile
                )
                sum += WinogradTransform<tile>.transformGradient(
                    tileGradient, rowStride: result.rowStride, rows: rows, columns: columns, to: target,
                    step: work.tileStep)
                target += lanes
                column += 1
                if column == width { (row, column) = (row + 1, 0) }
            }
            if let bias = work.bias { bias.store(bias.vector(at: block * lanes) + sum, at: block * lanes) }
        }
    }
}
