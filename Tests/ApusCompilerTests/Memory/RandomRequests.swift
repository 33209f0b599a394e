import ApusCompiler
import TestSupport

/// Random numbers that are the same on every run.
typealias SeededGenerator = SplitMix64

/// Random intervals with no known packing. `unit` is the alignment, and sizes go up to `maximumSize` units.
func randomRequests(
    count: Int, duration: Int, maximumSize: Int, unit: Int, using generator: inout SeededGenerator
) -> [BufferRequest] {
    (0..<count).map { _ in
        let first = Int.random(in: 0..<duration, using: &generator)
        let length = Int.random(in: 0..<max(1, duration / 3), using: &generator)
        let size =
            Int.random(in: 1...maximumSize, using: &generator) * unit - Int.random(in: 0..<unit, using: &generator)
        return BufferRequest(size: size, firstUse: first, lastUse: min(first + length, duration - 1), alignment: unit)
    }
}

/// A rectangle of `duration` instructions and `height` units, cut into `count` buffers at random: they fit into `height`
/// units exactly, and no place in it is empty.
func cutRectangle(
    count: Int, duration: Int, height: Int, unit: Int, using generator: inout SeededGenerator
) -> [BufferRequest] {
    struct Piece {
        var time: Range<Int>
        var space: Range<Int>
        var canBeCut: Bool { time.count > 1 || space.count > 1 }
    }
    var pieces = [Piece(time: 0..<duration, space: 0..<height)]
    while pieces.count < count {
        // Larger pieces are cut sooner.
        let candidates = pieces.indices.filter { pieces[$0].canBeCut }
        guard
            let index = (0..<3).compactMap({ _ in candidates.randomElement(using: &generator) }).max(by: {
                pieces[$0].time.count * pieces[$0].space.count < pieces[$1].time.count * pieces[$1].space.count
            })
        else { break }
        var piece = pieces[index]
        var rest = piece
        if piece.space.count == 1 || piece.time.count > 1 && Bool.random(using: &generator) {
            let cut = Int.random(in: (piece.time.lowerBound + 1)..<piece.time.upperBound, using: &generator)
            piece.time = piece.time.lowerBound..<cut
            rest.time = cut..<rest.time.upperBound
        } else {
            let cut = Int.random(in: (piece.space.lowerBound + 1)..<piece.space.upperBound, using: &generator)
            piece.space = piece.space.lowerBound..<cut
            rest.space = cut..<rest.space.upperBound
        }
        pieces[index] = piece
        pieces.append(rest)
    }
    return pieces.shuffled(using: &generator).map {
        BufferRequest(
            size: $0.space.count * unit, firstUse: $0.time.lowerBound, lastUse: $0.time.upperBound - 1, alignment: unit)
    }
}

/// The smallest arena for a few small buffers, found by trying every offset of each that is a multiple of its alignment.
func smallestArena(_ requests: [BufferRequest]) -> Int {
    var offsets = Array(repeating: 0, count: requests.count)
    func fits(_ placed: Int, into size: Int) -> Bool {
        if placed == requests.count { return true }
        let request = requests[placed]
        for offset in stride(from: 0, through: size - request.footprint, by: request.alignment) {
            let isFree = (0..<placed).allSatisfy { other in
                !requests[other].isLive(with: request) || offset + request.footprint <= offsets[other]
                    || offsets[other] + requests[other].footprint <= offset
            }
            offsets[placed] = offset
            if isFree, fits(placed + 1, into: size) { return true }
        }
        return false
    }
    var size = 0
    while !fits(0, into: size) { size += 1 }
    return size
}
