import ApusInstructions

func winogradWeightGradient(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = WinogradGradientWork(operands, parameters.assumingMemoryBound(to: WinogradParameters.self).pointee)
    for sample in 0..<samples {
        if work.tile == .small {
            WinogradGradientPasses<2>.add(work, sample: sample)
        } else {
            WinogradGradientPasses<4>.add(work, sample: sample)
        }
    }
}

/// A Winograd weight gradient's operands and sizes. All steps count elements.
private struct WinogradGradientWork {
    let tile: WinogradTile
    let tiles: Int
    let tileColumns: Int
    let passTiles: Int
    let inputs: Int
    let inputBlocks: Int
    let outputBlocks: Int
    /// The first input tile of the first sample.
    let source: Floats
    let sourceSteps: ImageSteps
    /// The first pixel of the first sample.
    let gradient: Floats
    let gradientSteps: ImageSteps
    /// The gradient where it is that of what 2 × 2 windows were pooled to.
    let pooled: PooledImage?
    let height: Int
    let width: Int
    let weights: Floats
    let bias: Floats?
    /// The transforms of the source, `[input block][tile]`.
    let inputTiles: Floats
    /// The transforms of the gradient, `[output block][tile]`.
    let gradients: Floats

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: WinogradParameters) {
        let (layout, result) = (parameters.source, parameters.destination)
        tile = parameters.tile
        tiles = parameters.tiles
        tileColumns = parameters.tileColumns
        passTiles = Int(parameters.passTiles)
        inputs = Int(layout.channels)
        inputBlocks = layout.vectorBlocks
        outputBlocks = result.vectorBlocks
        sourceSteps = ImageSteps(layout)
        source =
            operands.floats(0) + sourceSteps.origin - Int(parameters.padTop) * sourceSteps.row
            - Int(parameters.padLeft) * lanes
        gradientSteps = ImageSteps(result)
        gradient = operands.floats(1) + gradientSteps.origin
        pooled =
            parameters.poolHeight > 0
            ? PooledImage(
                result, operands.floats(1), operands[5].unsafelyUnwrapped, argmaxStride: parameters.argmaxStride) : nil
        (height, width) = (parameters.computedHeight, parameters.computedWidth)
        weights = operands.floats(2)
        bias = operands.optionalFloats(3)
        inputTiles = operands.floats(4)
        gradients = inputTiles + inputBlocks * passTiles * parameters.transformVectors * lanes
    }
}

private enum WinogradGradientPasses<let tile: Int> {
    private typealias Transform = WinogradTransform<tile, tile>
    @inline(__always)
    private static var step: Int { Transform.step }

    /// Adds the gradient of one sample, a pass over some tiles at a time.
    @inline(never)
    static func add(_ work: WinogradGradientWork, sample: Int) {
        let passes = (work.tiles + work.passTiles - 1) / work.passTiles
        var loops = WinogradLoops()
        loops.outputResults = work.inputBlocks * lanes * lanes
        loops.frequencyResults = work.outputBlocks * loops.outputResults
        var first = 0
        for pass in 0..<passes {
            let count = (work.tiles - first) / (passes - pass)
            Transform.transformInputTiles(
                work.source + sample * work.sourceSteps.sample, work.sourceSteps, blocks: work.inputBlocks,
                tileColumns: work.tileColumns, first: first, count: count, to: work.inputTiles)
            for block in 0..<work.outputBlocks {
                transformGradients(work, sample, block, first, count)
            }
            loops.outputVectors = count * step
            loops.terms = count
            var block = 0
            while block < work.outputBlocks {
                let outputs = min(2, work.outputBlocks - block)
                for input in 0..<work.inputBlocks {
                    let channels = min(lanes, work.inputs - input * lanes)
                    withUnsafePointer(to: &loops) { loops in
                        WinogradProducts<tile, tile>.sumTiles(
                            outputs: outputs, columns: channels, loops, work.inputTiles + input * count * step,
                            work.gradients + block * count * step,
                            work.weights + block * loops.pointee.outputResults + input * lanes * lanes)
                    }
                }
                block += outputs
            }
            first += count
        }
    }

    /// Transforms one block's gradients of `count` tiles from `first` on, and adds them to the bias's.
    @inline(never)
    private static func transformGradients(
        _ work: WinogradGradientWork, _ sample: Int, _ block: Int, _ first: Int, _ count: Int
    ) {
        var position = TilePosition(first, columns: work.tileColumns)
        var target = work.gradients + block * count * step
        var sum = Vector.zero
        if let pooled = work.pooled {
            let windows = pooled.windows(sample: sample, block: block)
            for _ in 0..<count {
                sum += PooledTiles<tile, tile>.transformGradient(
                    windows.advanced(rows: position.row * (tile / 2), columns: position.column * (tile / 2)),
                    insideRows: work.height - position.row * tile,
                    insideColumns: work.width - position.column * tile, to: target)
                target += step
                position.advance()
            }
            addBias(work, block, sum)
            return
        }
        let row = work.gradientSteps.row
        let source = work.gradient + sample * work.gradientSteps.sample + block * work.gradientSteps.block
        for _ in 0..<count {
            let (top, left) = (position.row * tile, position.column * tile)
            sum += Transform.transformGradient(
                source + top * row + left * lanes, rowStride: row, insideRows: work.height - top,
                insideColumns: work.width - left, to: target)
            target += step
            position.advance()
        }
        addBias(work, block, sum)
    }

    @inline(__always)
    private static func addBias(_ work: WinogradGradientWork, _ block: Int, _ sum: Vector) {
        if let bias = work.bias { bias.store(bias.vector(at: block * lanes) + sum, at: block * lanes) }
    }
}
