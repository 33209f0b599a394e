import ApusInstructions

/// What ``NormalizeRowsParameters`` say, as integers of the machine's width.
struct NormalizedRows {
    let count, rows, groups, channels, spatial: Int
    let sourceStride, destinationStride, statisticStride: Int
    let epsilon: Float
    let isCentered: Bool

    @inline(__always)
    init(_ parameters: NormalizeRowsParameters) {
        count = Int(parameters.count)
        rows = Int(parameters.rows)
        groups = Int(parameters.groups)
        channels = Int(parameters.channels)
        spatial = Int(parameters.spatial)
        sourceStride = Int(parameters.sourceSampleStride)
        destinationStride = Int(parameters.destinationSampleStride)
        statisticStride = Int(parameters.statisticSampleStride)
        epsilon = parameters.epsilon
        isCentered = parameters.isCentered == 1
    }

    /// Calls `body` for each row of each sample, in order, with offsets into source, destination and statistics, and with the
    /// row's first channel.
    @inline(__always)
    func forEachRow(
        _ samples: Int, _ body: (_ source: Int, _ destination: Int, _ statistic: Int, _ channel: Int) -> Void
    ) {
        for sample in 0..<samples {
            for row in 0..<rows {
                body(
                    sample * sourceStride + row * count, sample * destinationStride + row * count,
                    sample * statisticStride + row, row % groups * channels)
            }
        }
    }
}

/// `Σ (x − mean)²` in blocks, whose sums are joined as in ``Cascade``.
@inline(__always)
func sumOfSquaredDeviations(_ row: Floats, count: Int, mean: Float) -> Float {
    if count <= rowBlock { return sumOfLanes(squaredDeviations(row, count: count, mean: mean)) }
    var cascade = Cascade<SumStep>()
    var start = 0
    while start < count {
        let size = min(count - start, rowBlock)
        cascade.add(squaredDeviations(row + start, count: size, mean: mean))
        start += size
    }
    return sumOfLanes(cascade.total)
}

/// `Σ (x − mean)²` of at most ``rowBlock`` elements, lane by lane.
@inline(__always)
private func squaredDeviations(_ block: Floats, count size: Int, mean: Float) -> Vector {
    let center = Vector(repeating: mean)
    var (a, b, c, d) = (Vector(), Vector(), Vector(), Vector())
    var index = 0
    while index + 4 * lanes <= size {
        let first = block.vector(at: index) - center
        let second = block.vector(at: index + lanes) - center
        let third = block.vector(at: index + 2 * lanes) - center
        let fourth = block.vector(at: index + 3 * lanes) - center
        a = multiplyAdd(a, first, first)
        b = multiplyAdd(b, second, second)
        c = multiplyAdd(c, third, third)
        d = multiplyAdd(d, fourth, fourth)
        index += 4 * lanes
    }
    while index + lanes <= size {
        let difference = block.vector(at: index) - center
        a = multiplyAdd(a, difference, difference)
        index += lanes
    }
    if index < size {
        let difference = block.vector(at: index, count: size - index, fill: mean) - center
        b = multiplyAdd(b, difference, difference)
    }
    return (a + b) + (c + d)
}
