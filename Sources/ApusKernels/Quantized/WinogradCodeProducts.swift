import CPlatform

/// The products of transformed tiles with transformed weights, summed over the input channels: for each of the 36 points those of the tiles
/// that have it, with one or two output blocks: eight sums at a time, in registers.
enum WinogradCodeProducts<let outputs: Int, let room: Int> {
    /// The point whose number is part of all results of a tile, 36 times too large.
    private static var biasPoint: Int { 7 }

    /// Computes the sums of all tiles of a pass.
    ///
    /// - Parameters:
    ///   - weights: of the first output block, with those of the next point `pointWeights` bytes further.
    ///   - bias: of the output blocks.
    @inline(never)
    static func compute(_ pass: WinogradCodePass<room>, _ weights: Bytes, _ pointWeights: Int, _ bias: Bytes) {
        let zero = IntegerVector()
        var (weights, source, result) = (weights, pass.transforms, pass.sums)
        for row in 0..<6 {
            let tiles = pass.tiles(row: row)
            for column in 0..<6 {
                var starts = (zero, zero)
                if 6 &* row &+ column == biasPoint {
                    let times = IntegerVector(repeating: 36)
                    starts.0 = bias.loadUnaligned(as: IntegerVector.self) &* times
                    if outputs == 2 {
                        starts.1 = bias.loadUnaligned(fromByteOffset: 4 * lanes, as: IntegerVector.self) &* times
                    }
                }
                let isWide = column == 3 || column == 4
                compute(pass, isWide ? tiles.wide : tiles.all, source, weights, starts, result)
                weights += pointWeights
                source += WinogradCodePass<room>.pointStep
                result += WinogradCodePass<room>.sumStep
            }
        }
    }

    /// Computes those of a point of some tiles.
    @inline(__always)
    private static func compute(
        _ pass: WinogradCodePass<room>, _ tiles: Range<Int>, _ source: Bytes, _ weights: Bytes,
        _ starts: (IntegerVector, IntegerVector), _ result: Bytes
    ) {
        var source = source + 2 &* tiles.lowerBound &* lanes
        var result = result + 4 &* outputs &* tiles.lowerBound &* lanes
        var left = tiles.count
        while left > 0 {
            let count = min(8 / outputs, left)
            compute(count, pass, source, weights, starts, result)
            source += 2 &* count &* lanes
            result += 4 &* outputs &* count &* lanes
            left &-= count
        }
    }

    @inline(__always)
    private static func compute(
        _ tiles: Int, _ pass: WinogradCodePass<room>, _ source: Bytes, _ weights: Bytes,
        _ starts: (IntegerVector, IntegerVector), _ result: Bytes
    ) {
        switch tiles {
        case 1: WinogradTileProducts<1, outputs, room>.compute(pass, source, weights, starts, result)
        case 2: WinogradTileProducts<2, outputs, room>.compute(pass, source, weights, starts, result)
        case 3: WinogradTileProducts<3, outputs, room>.compute(pass, source, weights, starts, result)
        case 4: WinogradTileProducts<4, outputs, room>.compute(pass, source, weights, starts, result)
        default: computeMore(tiles, pass, source, weights, starts, result)
        }
    }

    /// The same of five to eight tiles, of one output block.
    @inline(__always)
    private static func computeMore(
        _ tiles: Int, _ pass: WinogradCodePass<room>, _ source: Bytes, _ weights: Bytes,
        _ starts: (IntegerVector, IntegerVector), _ result: Bytes
    ) {
        guard outputs == 1 else { return }
        switch tiles {
        case 5: WinogradTileProducts<5, outputs, room>.compute(pass, source, weights, starts, result)
        case 6: WinogradTileProducts<6, outputs, room>.compute(pass, source, weights, starts, result)
        case 7: WinogradTileProducts<7, outputs, room>.compute(pass, source, weights, starts, result)
        default: WinogradTileProducts<8, outputs, room>.compute(pass, source, weights, starts, result)
        }
    }
}

/// A point of `tiles` tiles.
private enum WinogradTileProducts<let tiles: Int, let outputs: Int, let room: Int> {
    private typealias Sums = InlineArray<8, IntegerVector>

    @inline(__always)
    static func compute(
        _ pass: WinogradCodePass<room>, _ source: Bytes, _ weights: Bytes, _ starts: (IntegerVector, IntegerVector),
        _ result: Bytes
    ) {
        let (a, b) = (starts.0, outputs == 2 ? starts.1 : starts.0)
        var sums: Sums = [a, b, a, b, a, b, a, b]
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
            source += WinogradCodePass<room>.blockStep
            blocks &-= 1
        } while blocks > 0
        store(0, sums, result)
        store(4, sums, result)
    }

    /// The tiles of a piece of four. Longer loops would not be unrolled, and only constant numbers keep sums in registers.
    @inline(__always)
    private static func piece(_ start: Int) -> Range<Int> {
        Range(uncheckedBounds: (min(start, tiles), min(start + 4, tiles)))
    }

    @inline(__always)
    private static func store(_ start: Int, _ sums: borrowing Sums, _ result: Bytes) {
        for tile in piece(start) {
            let place = 4 * outputs * tile * lanes
            result.storeBytes(of: sums[outputs * tile], toByteOffset: place, as: IntegerVector.self)
            if outputs == 2 {
                result.storeBytes(of: sums[2 * tile + 1], toByteOffset: place + 4 * lanes, as: IntegerVector.self)
            }
        }
    }

    /// Adds the products of a word of two channels of each tile.
    @inline(__always)
    private static func addWord(_ source: Bytes, _ weights: Bytes, _ step: Int, _ sums: inout Sums) {
        let first = weights.loadUnaligned(as: IntegerVector.self)
        let second = outputs == 2 ? weights.loadUnaligned(fromByteOffset: step, as: IntegerVector.self) : first
        add(0, source, first, second, &sums)
        add(4, source, first, second, &sums)
    }

    @inline(__always)
    private static func add(
        _ start: Int, _ source: Bytes, _ first: IntegerVector, _ second: IntegerVector, _ sums: inout Sums
    ) {
        for tile in piece(start) {
            let word = source + 2 * tile * lanes
            sums[outputs * tile] = addedPairs(sums[outputs * tile], word, first)
            if outputs == 2 { sums[2 * tile + 1] = addedPairs(sums[2 * tile + 1], word, second) }
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
