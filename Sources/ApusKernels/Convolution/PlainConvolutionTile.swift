import ApusInstructions

/// The loops of a convolution between plain images. All steps count elements.
struct PlainConvolutionLoops {
    let channels: Int
    /// Between the channels of the source.
    let channelStep: Int
    /// Where the first position sees each place of the kernel, in each channel.
    let places: UnsafePointer<Int32>
    let placeCount: Int
    /// Between the results of filters.
    let filterStep: Int
    let limits: Limits
}

/// Computes a panel of filters for a few vectors of positions that follow each other. The last panel has weights and biases of zero
/// for the filters that aren't there: of its sums `filters` are stored.
private enum PlainConvolutionSums<let panel: Int, let vectors: Int> {
    @inline(never)
    static func compute(
        _ loops: UnsafePointer<PlainConvolutionLoops>, filters: Int, _ source: Floats, _ weights: Floats,
        _ bias: Floats?, _ results: Floats
    ) {
        var registers = noSums
        if let bias {
            for filter in 0..<panel {
                let start = Vector(repeating: bias[filter])
                for vector in 0..<vectors { registers[filter * vectors + vector] = start }
            }
        }
        let (channelStep, placeCount) = (loops.pointee.channelStep, loops.pointee.placeCount)
        var (channel, factors) = (source, weights)
        var left = loops.pointee.channels
        while left > 0 {
            var place = loops.pointee.places
            var placesLeft = placeCount
            repeat {
                let positions = channel + Int(place.pointee)
                for filter in 0..<panel {
                    let factor = Vector(repeating: factors[filter])
                    for vector in 0..<vectors {
                        let sum = filter * vectors + vector
                        registers[sum] = multiplyAdd(registers[sum], positions.vector(at: vector * lanes), factor)
                    }
                }
                factors += panel
                place += 1
                placesLeft &-= 1
            } while placesLeft > 0
            channel += channelStep
            left &-= 1
        }
        let (filterStep, limits) = (loops.pointee.filterStep, loops.pointee.limits)
        var row = results
        for filter in 0..<panel where filter < filters {
            for vector in 0..<vectors {
                row.store(limits.applied(to: registers[filter * vectors + vector]), at: vector * lanes)
            }
            row += filterStep
        }
    }
}

/// Computes a tile whose shape is known only when the program runs: one of ``PlainConvolutionTile``.
func computePlainTile(
    _ loops: UnsafePointer<PlainConvolutionLoops>, panel: Int, vectors: Int, filters: Int, _ source: Floats,
    _ weights: Floats, _ bias: Floats?, _ results: Floats
) {
    switch panel {
    case 4: PlainConvolutionPanel<4>.compute(vectors, loops, filters, source, weights, bias, results)
    case 6: PlainConvolutionPanel<6>.compute(vectors, loops, filters, source, weights, bias, results)
    #if VECTOR_16
        case 8: PlainConvolutionPanel<8>.compute(vectors, loops, filters, source, weights, bias, results)
        case 10: PlainConvolutionPanel<10>.compute(vectors, loops, filters, source, weights, bias, results)
    #endif
    default: break
    }
}

private enum PlainConvolutionPanel<let panel: Int> {
    @inline(__always)
    static func compute(
        _ vectors: Int, _ loops: UnsafePointer<PlainConvolutionLoops>, _ filters: Int, _ source: Floats,
        _ weights: Floats, _ bias: Floats?, _ results: Floats
    ) {
        // The shapes that there are no registers for are never asked for.
        switch vectors {
        case 1:
            PlainConvolutionSums<panel, 1>.compute(loops, filters: filters, source, weights, bias, results)
        case 2:
            PlainConvolutionSums<panel, 2>.compute(loops, filters: filters, source, weights, bias, results)
        case 3 where panel * 3 <= maximumSums:
            PlainConvolutionSums<panel, 3>.compute(loops, filters: filters, source, weights, bias, results)
        case 4 where panel * 4 <= maximumSums:
            PlainConvolutionSums<panel, 4>.compute(loops, filters: filters, source, weights, bias, results)
        default: break
        }
    }
}
