import ApusInstructions

func quantizedWinograd(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = QuantizedWinograd(parameters.assumingMemoryBound(to: QuantizedWinogradParameters.self), operands)
    work.compute(samples)
}

/// The operands of a convolution of bytes by Winograd's algorithm: as many tiles at a time as there is room for. Steps are bytes.
private struct QuantizedWinograd {
    let source: Bytes
    let sourceSteps: ImageSteps
    let sourceBlocks: Int
    let weights: Bytes
    let bias: Bytes
    let outputBlocks: Int
    let results: WinogradCodeResults
    let scratch: Bytes
    let tiling: QuantizedWinogradTiling
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
        tiling = QuantizedWinogradTiling(convolution)
        passTiles = Int(parameters.pointee.passTiles)
    }

    func compute(_ samples: Int) {
        if passTiles >= 16 {
            WinogradCodePasses<16>.compute(self, samples)
        } else {
            WinogradCodePasses<4>.compute(self, samples)
        }
    }
}

/// The passes of `room` tiles at a time: of an image, or of as many images as have no more of them.
private enum WinogradCodePasses<let room: Int> {
    @inline(never)
    static func compute(_ work: QuantizedWinograd, _ samples: Int) {
        let tiles = work.tiling.count
        let together = max(1, room / tiles)
        var sample = 0
        while sample < samples {
            let count = min(together, samples &- sample)
            var first = 0
            while first < tiles {
                let passTiles = min(room, tiles &- first)
                let pass = WinogradCodePass<room>(
                    work.tiling, first: first, count: passTiles, samples: count, sourceBlocks: work.sourceBlocks,
                    outputBlocks: work.outputBlocks, scratch: work.scratch)
                transform(work, sample, pass)
                multiply(work, sample, pass)
                first &+= passTiles
            }
            sample &+= count
        }
    }

    @inline(__always)
    private static func transform(_ work: QuantizedWinograd, _ sample: Int, _ pass: WinogradCodePass<room>) {
        let steps = work.sourceSteps
        let (row, step) = (steps.row, steps.sample)
        for block in 0..<work.sourceBlocks {
            let image = work.source + (sample &* steps.sample &+ block &* steps.block)
            let target = pass.transforms + block &* WinogradCodePass<room>.blockStep
            WinogradCodes<4, 2, room>.transform(pass.tallNarrow, image, row: row, sampleStep: step, target)
            WinogradCodes<4, 4, room>.transform(pass.tallWide, image, row: row, sampleStep: step, target)
            WinogradCodes<2, 4, room>.transform(pass.lowWide, image, row: row, sampleStep: step, target)
            WinogradCodes<2, 2, room>.transform(pass.lowNarrow, image, row: row, sampleStep: step, target)
        }
    }

    @inline(__always)
    private static func multiply(_ work: QuantizedWinograd, _ sample: Int, _ pass: WinogradCodePass<room>) {
        var block = 0
        while block < work.outputBlocks {
            // Weights of two output blocks lie together, those of a last one by themselves.
            let pair = block & ~1
            let pointStep = min(2, work.outputBlocks &- pair) &* pass.outputWeights
            let weights = work.weights + (36 &* pair &+ block &- pair) &* pass.outputWeights
            let bias = work.bias + 4 &* block &* lanes
            let outputs = min(pass.outputs, work.outputBlocks &- block)
            if outputs == 2 {
                WinogradCodeProducts<2, room>.compute(pass, weights, pointStep, bias)
            } else {
                WinogradCodeProducts<1, room>.compute(pass, weights, pointStep, bias)
            }
            for output in 0..<outputs {
                work.results.store(
                    pass, pass.sums + 4 &* output &* lanes, tileStep: 4 &* outputs &* lanes, block: block &+ output,
                    sample)
            }
            block &+= outputs
        }
    }
}
