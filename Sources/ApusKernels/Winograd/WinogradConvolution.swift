import ApusInstructions

func winogradConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = WinogradWork(operands, parameters.assumingMemoryBound(to: WinogradParameters.self).pointee)
    for sample in 0..<samples {
        switch work.tile {
        case .small: WinogradPasses<2, 2>.compute(work, sample: sample)
        case .wide: WinogradPasses<2, 4>.compute(work, sample: sample)
        default: WinogradPasses<4, 4>.compute(work, sample: sample)
        }
    }
}

/// Bytes of weights that stay in the nearest cache while some tiles are gone through after others.
private let nearestBytes = 32 * 1024

/// A Winograd convolution's operands and sizes. All steps count elements.
struct WinogradWork {
    let tile: WinogradTile
    let tiles: Int
    let tileColumns: Int
    let passTiles: Int
    let inputs: Int
    let inputBlocks: Int
    let outputBlocks: Int
    /// Input blocks that one group of output blocks reads, and blocks of that group.
    let groupInputs: Int
    let groupOutputs: Int
    /// Output blocks of the weights.
    let weightBlocks: Int
    let productBlocks: Int
    /// The first input tile of the first sample.
    let source: Floats
    let sourceSteps: ImageSteps
    /// The source where it is the gradient of what 2 × 2 windows were pooled to.
    let pooledSource: PooledImage?
    let padTop: Int
    let padLeft: Int
    let weights: Floats
    let bias: Floats?
    /// The first pixel of the first sample.
    let destination: Floats
    let resultSteps: ImageSteps
    let resultHeight: Int
    let resultWidth: Int
    let pooled: Bool
    let limits: Limits
    let argmax: UnsafeMutableRawPointer?
    let argmaxStride: Int
    /// The first pixel of the first sample of what is added.
    let addend: Floats?
    let addendSteps: ImageSteps
    /// The transforms of the source, `[input block][tile]`.
    let inputTiles: Floats
    /// The transforms of `productBlocks` blocks of the result, `[output block][tile]`.
    let products: Floats

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: WinogradParameters) {
        let (layout, result) = (parameters.source, parameters.destination)
        tile = parameters.tile
        tiles = parameters.tiles
        tileColumns = parameters.tileColumns
        passTiles = Int(parameters.passTiles)
        inputs = Int(layout.channels)
        inputBlocks = layout.vectorBlocks
        outputBlocks = result.vectorBlocks
        groupInputs = parameters.blocksRead
        groupOutputs = parameters.groupOutputs > 0 ? Int(parameters.groupOutputs) : result.vectorBlocks
        weightBlocks = parameters.weightBlocks > 0 ? Int(parameters.weightBlocks) : outputBlocks
        productBlocks = Int(parameters.productBlocks)
        sourceSteps = ImageSteps(layout)
        (padTop, padLeft) = (Int(parameters.padTop), Int(parameters.padLeft))
        source = operands.floats(0) + sourceSteps.origin - padTop * sourceSteps.row - padLeft * lanes
        pooledSource =
            parameters.unpools == 1
            ? PooledImage(
                layout, operands.floats(0), operands[7].unsafelyUnwrapped,
                argmaxStride: parameters.sourceArgmaxStride) : nil
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        resultSteps = ImageSteps(result)
        destination = operands.floats(3) + resultSteps.origin
        (resultHeight, resultWidth) = (Int(result.height), Int(result.width))
        pooled = parameters.poolHeight > 0
        limits = Limits(activation: parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        argmax = pooled ? operands[4] : nil
        argmaxStride = Int(parameters.argmaxStride)
        let added = ImageSteps(parameters.addend)
        addendSteps = added
        addend = operands.optionalFloats(6).map { $0 + added.origin }
        inputTiles = operands.floats(5)
        products = inputTiles + inputBlocks * passTiles * parameters.transformVectors * lanes
    }
}

private enum WinogradPasses<let height: Int, let width: Int> {
    @inline(__always)
    private static var step: Int { WinogradTransform<height, width>.step }

    /// Computes one sample, a pass over some tiles at a time.
    @inline(never)
    static func compute(_ work: WinogradWork, sample: Int) {
        let passes = (work.tiles + work.passTiles - 1) / work.passTiles
        var loops = WinogradLoops()
        loops.outputVectors = work.groupInputs * lanes * lanes
        loops.frequencyVectors = work.weightBlocks * loops.outputVectors
        loops.frequencies = max(1, nearestBytes / (2 * 4 * loops.outputVectors))
        // Then weights are read in the order in which they lie.
        loops.prefetches = work.productBlocks >= work.outputBlocks && work.productBlocks > 2
        loops.rounds = work.groupInputs
        loops.partialRounds = WinogradParameters.termsOfPartialSum / lanes
        loops.roundVectors = lanes * lanes
        loops.terms = lanes
        loops.lastTerms = work.inputs - (work.inputBlocks - 1) * lanes
        var first = 0
        for pass in 0..<passes {
            // As equal as can be: narrow products are slow.
            let count = (work.tiles - first) / (passes - pass)
            transformInputTiles(work, sample: sample, first: first, count: count)
            loops.roundScalars = count * step
            loops.outputResults = count * step
            var block = 0
            var inputTiles = work.inputTiles
            var left = work.groupOutputs
            while block < work.outputBlocks {
                let outputs = min(work.productBlocks, left)
                WinogradProducts<height, width>.multiply(
                    outputs: outputs, columns: count, loops, inputTiles,
                    work.weights + block * loops.outputVectors, work.products)
                for output in 0..<outputs {
                    let products = work.products + output * count * step
                    if work.argmax != nil {
                        WinogradResults<height, width, 3>.store(work, products, sample, block + output, first, count)
                    } else if work.pooled {
                        WinogradResults<height, width, 2>.store(work, products, sample, block + output, first, count)
                    } else if work.addend != nil {
                        WinogradResults<height, width, 1>.store(work, products, sample, block + output, first, count)
                    } else {
                        WinogradResults<height, width, 0>.store(work, products, sample, block + output, first, count)
                    }
                }
                block += outputs
                left -= outputs
                if left == 0 {
                    left = work.groupOutputs
                    inputTiles += work.groupInputs * count * step
                }
            }
            first += count
        }
    }

    private static func transformInputTiles(_ work: WinogradWork, sample: Int, first: Int, count: Int) {
        if let source = work.pooledSource {
            if work.padTop % 2 == 0 {
                PooledInputTiles<height, width, 0>.transform(
                    source, sample: sample, padTop: work.padTop, padLeft: work.padLeft, blocks: work.inputBlocks,
                    tileColumns: work.tileColumns, first: first, count: count, to: work.inputTiles)
            } else {
                PooledInputTiles<height, width, 1>.transform(
                    source, sample: sample, padTop: work.padTop, padLeft: work.padLeft, blocks: work.inputBlocks,
                    tileColumns: work.tileColumns, first: first, count: count, to: work.inputTiles)
            }
        } else {
            WinogradTransform<height, width>.transformInputTiles(
                work.source + sample * work.sourceSteps.sample, work.sourceSteps, blocks: work.inputBlocks,
                tileColumns: work.tileColumns, first: first, count: count, to: work.inputTiles)
        }
    }
}
