// Between plain images and blocks of as many channels as a vector has lanes: squares of lanes by lanes elements.

/// Room for two squares, from the start of a cache line on, so that their vectors are stored and loaded whole.
struct SquareMemory {
    /// Pixels on their way between a square and rows that are shorter than it.
    let buffer: Floats
    /// Channels on their way between a square and a block that isn't full. What no channel is written to remains zero.
    let staging: Floats

    static func with(_ body: (SquareMemory) -> Void) {
        var vectors = InlineArray<33, Vector>(repeating: Vector())
        withUnsafeMutablePointer(to: &vectors) { vectors in
            let start = (UInt(bitPattern: vectors) + 63) & ~63
            let buffer = UnsafeMutablePointer<Float>(bitPattern: start).unsafelyUnwrapped
            body(SquareMemory(buffer: buffer, staging: buffer + lanes * lanes))
        }
    }
}

/// The pixels of one block of channels, in both orders.
///
/// On the plain side each channel's pixels follow one another. On the blocked side each pixel is a vector; rows of `width`
/// pixels may have a border between them.
struct ChannelSquares {
    /// Of the block's channels, how many there are; the other lanes are zeros in the blocks.
    var channels: Int
    /// Pixels: no fewer than lanes.
    var pixels: Int
    var width: Int
    /// Elements between the channels of the plain side.
    var channelStep: Int
    /// Elements between the last pixel of a row and the first of the next one on the blocked side.
    var rowGap: Int

    /// Where the blocked side has a pixel.
    @inline(__always)
    private func offset(of pixel: Int) -> Int { pixel &* lanes &+ pixel / width &* rowGap }

    /// So many last pixels are moved one element at a time, which takes less than a whole square.
    private static let fewPixels = 2

    @inline(never)
    func toBlock(_ plain: Floats, _ block: Floats, _ memory: SquareMemory) {
        let (buffer, staging) = (memory.buffer, memory.staging)
        let isWhole = channels == lanes
        let readStep = isWhole ? channelStep : lanes
        var (pixel, x) = (0, 0)
        var target = block
        while true {
            if !isWhole { copyVectors(plain + pixel, channelStep, to: staging, lanes) }
            let fits = x &+ lanes <= width
            transposeSquare(
                isWhole ? plain + pixel : staging, readStep: readStep, to: fits ? target : buffer, writeStep: lanes)
            if fits {
                target += lanes &* lanes
                x &+= lanes
                if x == width { (x, target) = (0, target + rowGap) }
            } else {
                var read = buffer
                for _ in 0..<lanes {
                    target.store(read.vector(at: 0), at: 0)
                    read += lanes
                    x &+= 1
                    target += x == width ? lanes &+ rowGap : lanes
                    x = x == width ? 0 : x
                }
            }
            pixel &+= lanes
            if pixel == pixels { return }
            if isWhole && pixels &- pixel <= Self.fewPixels {
                for rest in pixel..<pixels {
                    let target = block + offset(of: rest)
                    for channel in 0..<lanes { target[channel] = plain[channel &* channelStep &+ rest] }
                }
                return
            }
            if pixel &+ lanes > pixels {
                // The last square moves some pixels once more, and has no narrower one after it.
                pixel = pixels &- lanes
                x = pixel % width
                target = block + offset(of: pixel)
            }
        }
    }

    @inline(never)
    func toPlain(_ block: Floats, _ plain: Floats, _ memory: SquareMemory) {
        let (buffer, staging) = (memory.buffer, memory.staging)
        let isWhole = channels == lanes
        let writeStep = isWhole ? channelStep : lanes
        var (pixel, x) = (0, 0)
        var source = block
        while true {
            var read = source
            if x &+ lanes <= width {
                source += lanes &* lanes
                x &+= lanes
                if x == width { (x, source) = (0, source + rowGap) }
            } else {
                var write = buffer
                for _ in 0..<lanes {
                    write.store(source.vector(at: 0), at: 0)
                    write += lanes
                    x &+= 1
                    source += x == width ? lanes &+ rowGap : lanes
                    x = x == width ? 0 : x
                }
                read = buffer
            }
            transposeSquare(
                read, readStep: lanes, to: isWhole ? plain + pixel : staging, writeStep: writeStep)
            if !isWhole { copyVectors(staging, lanes, to: plain + pixel, channelStep) }
            pixel &+= lanes
            if pixel == pixels { return }
            if pixel &+ lanes > pixels {
                pixel = pixels &- lanes
                x = pixel % width
                source = block + offset(of: pixel)
            }
        }
    }

    /// Copies a vector of each channel.
    @inline(__always)
    private func copyVectors(_ from: Floats, _ readStep: Int, to: Floats, _ writeStep: Int) {
        var (read, write) = (from, to)
        for _ in 0..<channels {
            write.store(read.vector(at: 0), at: 0)
            read += readStep
            write += writeStep
        }
    }
}
