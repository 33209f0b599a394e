import ApusInstructions

/// Calls `body` with the offset of each row of pixels of channel block `block`, in three images of the same size, over
/// all samples. Partial sums over a row, added to a total, keep the rounding error of long sums small.
@inline(__always)
func forEachRow(
    _ first: Image, _ second: Image, _ third: Image, block: Int, samples: Int, _ body: (Int, Int, Int) -> Void
) {
    for sample in 0..<samples {
        let firstStart = sample * first.sampleStride + block * first.blockStride + first.origin
        let secondStart = sample * second.sampleStride + block * second.blockStride + second.origin
        let thirdStart = sample * third.sampleStride + block * third.blockStride + third.origin
        for y in 0..<first.height {
            body(
                firstStart + y * first.rowStride, secondStart + y * second.rowStride, thirdStart + y * third.rowStride)
        }
    }
}

/// The same of two images.
@inline(__always)
func forEachRow(_ first: Image, _ second: Image, block: Int, samples: Int, _ body: (Int, Int) -> Void) {
    forEachRow(first, second, second, block: block, samples: samples) { first, second, _ in body(first, second) }
}

/// The channels of one block: those that are not there have zero in every vector, so that what the unused lanes of an
/// image hold can't become infinite.
struct ChannelBlock {
    let offset: Int
    let width: Int

    @inline(__always)
    init(_ block: Int, of channels: Int) {
        offset = block * lanes
        width = min(lanes, channels - block * lanes)
    }

    @inline(__always)
    func load(_ values: Floats) -> Vector { values.load(offset, width) }

    @inline(__always)
    func save(_ vector: Vector, to values: Floats) { values.save(vector, offset, width) }

    @inline(__always)
    func masked(_ vector: Vector) -> Vector {
        width == lanes ? vector : Vector().replacing(with: vector, where: firstLanes(width))
    }
}
