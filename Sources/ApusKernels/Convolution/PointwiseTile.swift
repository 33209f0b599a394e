import ApusInstructions

/// The loops of a pointwise convolution between plain images.
struct PointwiseLoops {
    let channels: Int
    /// Elements between the channels of the source, and between the filters of the destination.
    let pixels: Int
    /// Filters of a panel of the weights.
    let panel: Int
    let limits: Limits
}

/// Computes a panel of filters for a few vectors of pixels. The last panel has weights and biases of zero for the filters that aren't
/// there: of its sums `filters` are stored.
enum PointwiseTileSums<let panel: Int, let vectors: Int> {
    @inline(never)
    static func compute(
        _ loops: UnsafePointer<PointwiseLoops>, filters: Int, _ source: Floats, _ weights: Floats, _ bias: Floats?,
        _ destination: Floats
    ) {
        let (pixels, limits) = (loops.pointee.pixels, loops.pointee.limits)
        var registers = noSums
        if let bias {
            for filter in 0..<panel {
                let start = Vector(repeating: bias[filter])
                for vector in 0..<vectors { registers[filter * vectors + vector] = start }
            }
        }
        var (channel, factors) = (source, weights)
        var left = loops.pointee.channels
        while left > 0 {
            for filter in 0..<panel {
                let factor = Vector(repeating: factors[filter])
                for vector in 0..<vectors {
                    let place = filter * vectors + vector
                    registers[place] = multiplyAdd(registers[place], channel.vector(at: vector * lanes), factor)
                }
            }
            channel += pixels
            factors += panel
            left &-= 1
        }
        var row = destination
        for filter in 0..<panel where filter < filters {
            for vector in 0..<vectors {
                row.store(limits.applied(to: registers[filter * vectors + vector]), at: vector * lanes)
            }
            row += pixels
        }
    }
}

/// Computes a tile whose shape is known only when the program runs: a panel of ``PointwiseLoops/panel`` filters for one vector of
/// pixels, or, where it is wide, for ``PointwiseTile/vectors(panel:lanes:)``.
func computePointwiseTile(
    _ loops: UnsafePointer<PointwiseLoops>, filters: Int, isWide: Bool, _ source: Floats, _ weights: Floats,
    _ bias: Floats?, _ destination: Floats
) {
    switch loops.pointee.panel {
    #if VECTOR_16
        case 1: PointwisePanel<1, 4>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 2: PointwisePanel<2, 4>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 3: PointwisePanel<3, 4>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 4: PointwisePanel<4, 4>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 5: PointwisePanel<5, 4>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 6: PointwisePanel<6, 4>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 7: PointwisePanel<7, 3>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 8: PointwisePanel<8, 3>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 9: PointwisePanel<9, 2>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 10: PointwisePanel<10, 2>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 11: PointwisePanel<11, 2>.compute(isWide, loops, filters, source, weights, bias, destination)
        default: PointwisePanel<12, 2>.compute(isWide, loops, filters, source, weights, bias, destination)
    #else
        case 1: PointwisePanel<1, 3>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 2: PointwisePanel<2, 3>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 3: PointwisePanel<3, 3>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 4: PointwisePanel<4, 3>.compute(isWide, loops, filters, source, weights, bias, destination)
        case 5: PointwisePanel<5, 2>.compute(isWide, loops, filters, source, weights, bias, destination)
        default: PointwisePanel<6, 2>.compute(isWide, loops, filters, source, weights, bias, destination)
    #endif
    }
}

private enum PointwisePanel<let panel: Int, let vectors: Int> {
    @inline(__always)
    static func compute(
        _ isWide: Bool, _ loops: UnsafePointer<PointwiseLoops>, _ filters: Int, _ source: Floats, _ weights: Floats,
        _ bias: Floats?, _ destination: Floats
    ) {
        if isWide {
            PointwiseTileSums<panel, vectors>.compute(loops, filters: filters, source, weights, bias, destination)
        } else {
            PointwiseTileSums<panel, 1>.compute(loops, filters: filters, source, weights, bias, destination)
        }
    }
}
