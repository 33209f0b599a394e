import ApusInstructions

func interleave(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.assumingMemoryBound(to: InterleaveParameters.self).pointee
    let destination = Image(settings.destination)
    for part in 0..<4 {
        let size = InterleaveParameters.size(of: part, height: destination.height, width: destination.width)
        let (rowElements, blockElements) = (size.width * lanes, size.height * size.width * lanes)
        let first = destination.origin + part / 2 * destination.rowStride + part % 2 * lanes
        for sample in 0..<samples {
            for block in 0..<destination.blocks {
                let from = operands.optionalFloats(part).map {
                    $0 + sample * Int(settings.sampleStrides[part]) + block * blockElements
                }
                let to =
                    operands.floats(4) + sample * destination.sampleStride + block * destination.blockStride + first
                for row in 0..<size.height {
                    storeEverySecond(
                        from.map { $0 + row * rowElements }, to: to + 2 * row * destination.rowStride,
                        count: size.width)
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
