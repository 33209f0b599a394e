import ApusInstructions

func plainPointwiseConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: PlainPointwiseParameters.self).pointee
    let work = PointwiseWork(operands, parameters)
    for sample in 0..<samples {
        work.compute(
            operands.floats(0) + sample * Int(parameters.sourceSampleStride),
            operands.floats(3) + sample * Int(parameters.destinationSampleStride))
    }
}

/// All filters of some pixels, then of the next ones: the pixels' channels stay in the nearest caches.
private struct PointwiseWork {
    private let weights: Floats
    private let bias: Floats?
    private let filters: Int
    private let panel: Int
    private let pixels: Int
    private let loops: PointwiseLoops

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: PlainPointwiseParameters) {
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        filters = Int(parameters.filters)
        panel = Int(parameters.panel)
        pixels = Int(parameters.pixels)
        loops = PointwiseLoops(
            channels: Int(parameters.channels), pixels: pixels, panel: panel,
            limits: Limits(activation: parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling))
    }

    func compute(_ source: Floats, _ destination: Floats) {
        let width = PointwiseTile.vectors(panel: panel, lanes: lanes) * lanes
        var pixel = 0
        while pixel < pixels {
            let left = pixels - pixel
            if left >= width {
                computePixels(source + pixel, destination + pixel, isWide: true)
                pixel += width
            } else {
                // The last vector computes some pixels once more.
                let first = min(pixel, pixels - lanes)
                computePixels(source + first, destination + first, isWide: false)
                pixel += lanes
            }
        }
    }

    /// The pixels of a tile, or of a vector.
    @inline(__always)
    private func computePixels(_ source: Floats, _ destination: Floats, isWide: Bool) {
        withUnsafePointer(to: loops) { loops in
            var filter = 0
            while filter < filters {
                let count = min(panel, filters - filter)
                computePointwiseTile(
                    loops, filters: count, isWide: isWide, source, weights + filter * loops.pointee.channels,
                    bias.map { $0 + filter }, destination + filter * pixels)
                filter += count
            }
        }
    }
}
