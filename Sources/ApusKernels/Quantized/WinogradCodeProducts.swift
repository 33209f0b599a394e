import CPlatform

/// The products of transformed tiles with transformed weights, summed over the input channels: for each of the 36 points those of some tiles
/// with one or two output blocks, in registers.
enum WinogradCodeProducts<let outputs: Int> {
    /// The point whose number is part of all results of a tile, 36 times too large.
    private static var biasPoint: Int { 7 }

    /// Computes the sums of all tiles of a pass.
    ///
    /// - Parameter bias: of the output blocks.
    @inline(never)
    static func compute(_ pass: WinogradCodePass, _ weights: Bytes, _ bias: Bytes) {
        let zero = IntegerVector()
        for point in 0..<36 {
            var starts = (zero, zero)
            if point == biasPoint {
                let times = IntegerVector(repeating: 36)
                starts.0 = bias.loadUnaligned(as: IntegerVector.self) &* times
                if outputs == 2 {
                    starts.1 = bias.loadUnaligned(fromByteOffset: 4 * lanes, as: IntegerVector.self) &* times
                }
            }
            let weights = weights + point &* outputs &* pass.outputWeights
            var source = pass.transforms + point &* pass.pointStep
            var result = pass.sums + point &* pass.sumStep
            var left = pass.tiles
            #if VECTOR_16
                while left >= 8 {
                    WinogradTileProducts<8, outputs>.compute(pass, source, weights, starts, result)
                    source += 16 * lanes
                    result += 64 * lanes
                    left &-= 8
                }
            #endif
            while left > 0 {
                WinogradTileProducts<4, outputs>.compute(pass, source, weights, starts, result)
                source += 8 * lanes
                result += 32 * lanes
                left &-= 4
            }
        }
    }
}

/// A point of `tiles` tiles, 4 or 8.
private enum WinogradTileProducts<let tiles: Int, let outputs: Int> {
    #if VECTOR_16
        private typealias Sums = InlineArray<16, IntegerVector>
    #else
        private typealias Sums = InlineArray<8, IntegerVector>
    #endif

    @inline(__always)
    static func compute(
        _ pass: WinogradCodePass, _ source: Bytes, _ weights: Bytes, _ starts: (IntegerVector, IntegerVector),
        _ result: Bytes
    ) {
        var sums = start(starts.0, outputs == 2 ? starts.1 : starts.0)
        var (source, weights, blocks) = (source, weights, pass.sourceBlocks)
        let outputWeights = pass.outputWeights
        repeat {
            var (place, left) = (source, lanes / 4)
            repeat {
                addWord(place, weights, outputWeights, &sums)
                addWord(place + 4, weights + 4 * lanes, outputWeights, &sums)
                place += 8
                weights += 8 * lanes
                left &-= 1
            } while left > 0
            source += pass.blockStep
            blocks &-= 1
        } while blocks > 0
        storeFour(0, sums, result)
        if tiles == 8 { storeFour(4, sums, result) }
    }

    @inline(__always)
    private static func start(_ a: IntegerVector, _ b: IntegerVector) -> Sums {
        #if VECTOR_16
            [a, b, a, b, a, b, a, b, a, b, a, b, a, b, a, b]
        #else
            [a, b, a, b, a, b, a, b]
        #endif
    }

    @inline(__always)
    private static func storeFour(_ start: Int, _ sums: borrowing Sums, _ result: Bytes) {
        for tile in 0..<4 {
            let place = 8 * (start + tile) * lanes
            let sum = outputs * (start + tile)
            result.storeBytes(of: sums[sum], toByteOffset: place, as: IntegerVector.self)
            if outputs == 2 {
                result.storeBytes(of: sums[sum + 1], toByteOffset: place + 4 * lanes, as: IntegerVector.self)
            }
        }
    }

    /// Adds the products of a word of two channels of each tile.
    @inline(__always)
    private static func addWord(_ source: Bytes, _ weights: Bytes, _ step: Int, _ sums: inout Sums) {
        let first = weights.loadUnaligned(as: IntegerVector.self)
        let second = outputs == 2 ? weights.loadUnaligned(fromByteOffset: step, as: IntegerVector.self) : first
        addFour(0, source, first, second, &sums)
        if tiles == 8 { addFour(4, source, first, second, &sums) }
    }

    @inline(__always)
    private static func addFour(
        _ start: Int, _ source: Bytes, _ first: IntegerVector, _ second: IntegerVector, _ sums: inout Sums
    ) {
        for tile in 0..<4 {
            let offset = 2 * (start + tile) * lanes
            let word = source + offset
            let place = outputs * (start + tile)
            sums[place] = addedPairs(sums[place], word, first)
            if outputs == 2 { sums[place + 1] = addedPairs(sums[place + 1], word, second) }
        }
    }
}

/// To each lane of `sum` the products of the two numbers of 16 bits at an address with the lane's two weights.
@inline(__always)
private func addedPairs(_ sum: IntegerVector, _ word: Bytes, _ weights: IntegerVector) -> IntegerVector {
    #if VECTOR_16
        apus_add_shorts_16(sum, word, weights)
    #elseif VECTOR_8
        apus_add_shorts_8(sum, word, weights)
    #else
        apus_add_shorts_4(sum, word, weights)
    #endif
}
