import ApusInstructions

/// Convolutions whose only position reads a whole image, as dense layers do.
///
/// With one sample each weight is read once, so that nothing but loads of weights should take long: what is read of a sample is one row, and
/// so are the weights of an output block. There is a single loop, and little to prepare.
enum WholeImage {
    /// Whether the tile is one of whole images, and the convolution reads one: `readsWholeImage` once more, since the compiler sees nothing of
    /// another module, and a call would take longer than all else.
    @inline(__always)
    static func isMeant(by convolution: UnsafePointer<ConvolutionParameters>) -> Bool {
        let image = convolution.pointee.source
        return convolution.pointee.tile.outputs == 8
            && convolution.pointee.outputHeight == 1 && convolution.pointee.outputWidth == 1
            && convolution.pointee.kernelHeight == image.top &+ image.height &+ image.bottom
            && convolution.pointee.kernelWidth == image.left &+ image.width &+ image.right && image.channelBlock > 1
            && convolution.pointee.groupOutputs == 0
            && Int(convolution.pointee.outputBlocks) &* lanes >= Int(convolution.pointee.destination.channels)
    }

    /// - Parameters:
    ///   - source, weights, bias, destination: as the instruction's operands are.
    @inline(__always)
    static func compute(
        _ convolution: UnsafePointer<ConvolutionParameters>, _ source: Bytes, _ weights: Bytes, _ bias: Bytes,
        _ destination: Bytes, _ results: WholeImageResults, samples: Int
    ) {
        let image = convolution.pointee.source
        let sourceBlocks = Int(convolution.pointee.inputBlocks)
        let pixels =
            Int(image.top &+ image.height &+ image.bottom) &* Int(image.left &+ image.width &+ image.right)
        let whole = sourceBlocks &* pixels &* (lanes / 4)
        // Words of channels that there are not can be left out where they come last.
        let words = pixels == 1 ? min(whole, (Int(image.channels) &+ 3) / 4) : whole
        let weightStep = sourceBlocks &* pixels &* (lanes * lanes)
        let steps = ImageSteps(convolution.pointee.destination, elementBytes: results.elementBytes)
        let blocks = convolution.pointee.destination.vectorBlocks
        var source = source
        var result = destination + steps.origin
        var left = samples
        repeat {
            compute(source, words, weights, weightStep, bias, blocks, result, steps.block, results)
            source += Int(image.sampleStride)
            result += steps.sample
            left &-= 1
        } while left > 0
    }

    /// Computes the output blocks of a sample.
    @inline(__always)
    private static func compute(
        _ source: Bytes, _ words: Int, _ weights: Bytes, _ weightStep: Int, _ bias: Bytes, _ blocks: Int,
        _ result: Bytes, _ resultStep: Int, _ results: borrowing WholeImageResults
    ) {
        var (weights, bias, result, block) = (weights, bias, result, 0)
        while block &+ 8 <= blocks {
            let sums = WholeImageTile<8>.sums(source, words, weights, weightStep, bias)
            results.store(sums.0, block, count: 4, result, resultStep)
            results.store(sums.1, block &+ 4, count: 4, result + 4 &* resultStep, resultStep)
            weights += 8 &* weightStep
            bias += 32 * lanes
            result += 8 &* resultStep
            block &+= 8
        }
        while block &+ 2 <= blocks {
            let sums = WholeImageTile<2>.sums(source, words, weights, weightStep, bias)
            results.store(sums.0, block, count: 2, result, resultStep)
            weights += 2 &* weightStep
            bias += 8 * lanes
            result += 2 &* resultStep
            block &+= 2
        }
        guard block < blocks else { return }
        let sums = WholeImageTile<1>.sums(source, words, weights, weightStep, bias)
        results.store(sums.0, block, count: 1, result, resultStep)
    }
}

typealias FourSums = (IntegerVector, IntegerVector, IntegerVector, IntegerVector)

/// Tiles of 8, 2 or 1 output blocks in eight sums: an output block has several of them where there are fewer, since one would wait for the
/// one before it.
private enum WholeImageTile<let outputs: Int> {
    private typealias Sums = InlineArray<8, IntegerVector>

    @inline(__always)
    private static var chains: Int { 8 / outputs }

    /// The sums of the first four output blocks, and of the next; those of output blocks that there are not are of no meaning.
    @inline(__always)
    static func sums(
        _ source: Bytes, _ words: Int, _ weights: Bytes, _ step: Int, _ bias: Bytes
    ) -> (FourSums, FourSums) {
        var sums = start(bias)
        var (source, weights, left) = (source, weights, words)
        while chains > 1 && left >= chains {
            for chain in 0..<chains {
                add(source + 4 * chain, weights + 4 * chain * lanes, step, 0, chain, &sums)
            }
            source += 4 * chains
            weights += 4 * chains * lanes
            left &-= chains
        }
        while left > 0 {
            add(source, weights, step, 0, 0, &sums)
            if outputs == 8 { add(source, weights + 4 &* step, step, 4, 0, &sums) }
            source += 4
            weights += 4 * lanes
            left &-= 1
        }
        joinChains(&sums)
        return ((sums[0], sums[1], sums[2], sums[3]), (sums[4], sums[5], sums[6], sums[7]))
    }

    @inline(__always)
    private static func start(_ bias: Bytes) -> Sums {
        let zero = IntegerVector()
        var sums: Sums = [zero, zero, zero, zero, zero, zero, zero, zero]
        for output in 0..<outputs {
            sums[output * chains] = bias.loadUnaligned(fromByteOffset: 4 * output * lanes, as: IntegerVector.self)
        }
        return sums
    }

    /// Adds the products of a word to a sum of each of up to four output blocks.
    @inline(__always)
    private static func add(
        _ source: Bytes, _ weights: Bytes, _ step: Int, _ first: Int, _ chain: Int, _ sums: inout Sums
    ) {
        let word = IntegerVector(repeating: source.loadUnaligned(as: Int32.self))
        for output in 0..<min(4, outputs) {
            let vector = weights.loadUnaligned(fromByteOffset: output &* step, as: IntegerVector.self)
            let place = (first + output) * chains + chain
            sums[place] = FourBytes.addProducts(sums[place], word, vector)
        }
    }

    /// Puts the sum of each output block into the place of its number.
    @inline(__always)
    private static func joinChains(_ sums: inout Sums) {
        if outputs == 8 { return }
        let (low, high) = (
            (sums[0] &+ sums[1]) &+ (sums[2] &+ sums[3]), (sums[4] &+ sums[5]) &+ (sums[6] &+ sums[7])
        )
        sums[0] = outputs == 1 ? low &+ high : low
        sums[1] = high
    }
}
