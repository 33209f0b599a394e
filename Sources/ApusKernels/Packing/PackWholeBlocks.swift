/// Packs an output block whose lanes all have weights, `weights` being those of its first lane: what is a row of stored weights
/// becomes a lane. Squares of as many rows and columns as a vector has lanes are transposed at a time.
func packWholeBlock(_ packing: Packing, _ weights: Floats, _ packed: Floats) {
    // All lanes of so many channels, before the next, so that cache lines are written as a whole.
    let channels = max(1, 256 / (packing.places * packing.channelBlock)) * packing.channelBlock
    var first = 0
    while first < packing.read {
        let count = min(channels, packing.read - first)
        let target = packed + first * packing.places * packing.outputBlock
        var lane = 0
        while lane < packing.outputBlock {
            packSquares(
                packing, weights + lane * packing.laneStep + first * packing.places, terms: count * packing.places,
                target + lane)
            lane += lanes
        }
        first += count
    }
    clearMissingChannels(packing, packed)
}

/// Where the next term of the lanes goes: places of a channel are as many channels of its block apart.
private struct PackedPlace {
    private(set) var offset = 0
    private var place = 0
    private var channel = 0
    private let places: Int
    private let channelBlock: Int
    /// Elements from a channel of a block to the next, from a place to the next, and back to the first.
    private let channelStep: Int
    private let placeStep: Int

    @inline(__always)
    init(_ packing: Packing) {
        places = packing.places
        channelBlock = packing.channelBlock
        channelStep = packing.outputBlock
        placeStep = packing.outputBlock * packing.channelBlock
    }

    @inline(__always)
    mutating func advance() {
        place += 1
        offset += placeStep
        guard place == places else { return }
        place = 0
        channel += 1
        // Behind the last place of the last channel of a block the next block begins.
        offset += channelStep - places * placeStep
        guard channel == channelBlock else { return }
        channel = 0
        offset += (places - 1) * placeStep
    }
}

/// Makes `terms` terms of as many rows as a vector has lanes.
private func packSquares(_ packing: Packing, _ weights: Floats, terms: Int, _ packed: Floats) {
    var place = PackedPlace(packing)
    var term = 0
    while term + lanes <= terms {
        let square = transposedSquare(weights + term, readStep: packing.laneStep)
        for row in 0..<lanes {
            packed.store(square[row], at: place.offset)
            place.advance()
        }
        term += lanes
    }
    while term < terms {
        for lane in 0..<lanes { packed[place.offset + lane] = weights[term + lane * packing.laneStep] }
        place.advance()
        term += 1
    }
}

/// Zeros for the channels that the last block of inputs has no weights of.
private func clearMissingChannels(_ packing: Packing, _ packed: Floats) {
    let there = packing.read - (packing.inputBlocks - 1) * packing.channelBlock
    guard there < packing.channelBlock else { return }
    let last = packed + (packing.inputBlocks - 1) * packing.places * packing.channelBlock * packing.outputBlock
    for place in 0..<packing.places {
        var index = (place * packing.channelBlock + there) * packing.outputBlock
        let end = (place + 1) * packing.channelBlock * packing.outputBlock
        while index < end {
            last[index] = 0
            index += 1
        }
    }
}
