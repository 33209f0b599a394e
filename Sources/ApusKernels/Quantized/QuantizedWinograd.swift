import ApusInstructions

func quantizedWinograd(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = QuantizedWinograd(parameters.assumingMemoryBound(to: QuantizedWinogradParameters.self), operands)
    for sample in 0..<samples { work.compute(sample) }
}

/// The operands of a convolution of bytes by Winograd's algorithm: as many tiles at a time as there is room for. Steps are bytes.
private struct QuantizedWinograd {
    private let source: Bytes
    private let sourceSteps: ImageSteps
    private let sourceBlocks: Int
    private let weights: Bytes
    private let bias: Bytes
    private let outputBlocks: Int
    private let results: WinogradCodeResults
    private let scratch: Bytes
    private let tileColumns: Int
    private let tiles: Int
    private let passTiles: Int

    init(
        _ parameters: UnsafePointer<QuantizedWinogradParameters>,
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>
    ) {
        let convolution = parameters.pointee.quantized.convolution
        sourceSteps = ImageSteps(convolution.source)
        let start = Int(convolution.padTop) &* sourceSteps.row &+ Int(convolution.padLeft) &* lanes
        source = operands.bytes(0) + (sourceSteps.origin &- start)
        sourceBlocks = convolution.source.vectorBlocks
        weights = operands.bytes(1)
        bias = operands.bytes(2)
        outputBlocks = convolution.destination.vectorBlocks
        results = WinogradCodeResults(
            parameters.pointee.quantized, scale: operands.floats(3), destination: operands.bytes(4), addend: operands[5]
        )
        scratch = operands.bytes(6)
        tileColumns = (Int(convolution.outputWidth) &+ 3) / 4
        tiles = (Int(convolution.outputHeight) &+ 3) / 4 &* tileColumns
        passTiles = Int(parameters.pointee.passTiles)
    }

    func compute(_ sample: Int) {
        var first = 0
        while first < tiles {
            let count = min(passTiles, tiles &- first)
            computePass(sample, first, count)
            first &+= count
        }
    }

    /// Computes `count` tiles from `first` on.
    private func computePass(_ sample: Int, _ first: Int, _ count: Int) {
        // Products are computed four tiles at a time: what there is not is computed of what the scratch holds, and not stored.
        let room = (count &+ 3) & ~3
        let pass = WinogradCodePass(sourceBlocks: sourceBlocks, tiles: room, scratch: scratch)
        for block in 0..<sourceBlocks {
            var position = TilePosition(first, columns: tileColumns)
            let image = source + (sample &* sourceSteps.sample &+ block &* sourceSteps.block)
            var target = pass.transforms + block &* pass.blockStep
            for _ in 0..<count {
                let corner = 4 &* (position.row &* sourceSteps.row &+ position.column &* lanes)
                WinogradCodes.transform(image + corner, sourceSteps.row, target, pass.pointStep)
                target += 2 * lanes
                position.advance()
            }
        }
        var block = 0
        while block < outputBlocks {
            let outputs = min(2, outputBlocks &- block)
            let (weights, bias) = (weights + 36 &* block &* pass.outputWeights, bias + 4 &* block &* lanes)
            if outputs == 2 {
                WinogradCodeProducts<2>.compute(pass, weights, bias)
            } else {
                WinogradCodeProducts<1>.compute(pass, weights, bias)
            }
            for output in 0..<outputs {
                results.store(
                    pass, output, block: block &+ output, sample, TilePosition(first, columns: tileColumns), count)
            }
            block &+= outputs
        }
    }
}

/// Where the transforms of some tiles lie, and the sums of their products with the weights of one or two output blocks. Steps are bytes.
struct WinogradCodePass {
    let sourceBlocks: Int
    let tiles: Int
    /// `[36][block][tile][V]` of 16 bits.
    let transforms: Bytes
    let blockStep: Int
    let pointStep: Int
    /// `[36][tile][2][V]` of 32 bits.
    let sums: Bytes
    let sumStep: Int
    /// Of the weights, from an output block to the next at a point.
    let outputWeights: Int

    @inline(__always)
    init(sourceBlocks: Int, tiles: Int, scratch: Bytes) {
        self.sourceBlocks = sourceBlocks
        self.tiles = tiles
        transforms = scratch
        blockStep = 2 &* tiles &* lanes
        pointStep = sourceBlocks &* blockStep &+ 64
        sums = scratch + 36 &* pointStep
        sumStep = 8 &* tiles &* lanes &+ 64
        outputWeights = 2 &* sourceBlocks &* lanes &* lanes
    }
}
