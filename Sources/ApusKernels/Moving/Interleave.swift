import ApusInstructions

func interleave(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.assumingMemoryBound(to: InterleaveParameters.self).pointee
    let destination = Image(settings.destination)
    for sample in 0..<samples {
        for block in 0..<destination.blocks {
            let to =
                operands.floats(4) + sample * destination.sampleStride + block * destination.blockStride
                + destination.origin
            for y in 0..<destination.height {
                let row = to + y * destination.rowStride
                for column in 0..<2 {
                    let part = y % 2 * 2 + column
                    let size = InterleaveParameters.size(
                        of: part, height: destination.height, width: destination.width)
                    let from = operands.optionalFloats(part).map {
                        $0 + sample * Int(settings.sampleStrides[part]) + (block * size.height + y / 2) * size.width
                            * lanes
                    }
                    storeEverySecond(from, to: row + column * lanes, count: size.width)
                }
            }
        }
    }
}

/// Stores vectors that follow one another, or zeros, to every second vector.
@inline(__always)
private func storeEverySecond(_ from: Floats?, to: Floats, count: Int) {
    var target = to
    guard var source = from else {
        for _ in 0..<count {
            target.store(Vector(), at: 0)
            target += 2 &* lanes
        }
        return
    }
    for _ in 0..<count {
        target.store(source.vector(at: 0), at: 0)
        source += lanes
        target += 2 &* lanes
    }
}
