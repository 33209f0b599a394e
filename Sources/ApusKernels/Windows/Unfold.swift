import ApusInstructions

/// The unfolded matrix of one sample: its rows, and where their elements come from.
private struct Unfolding {
    let depth, height, width: WindowAxis
    let channels: Int
    let positions: Range<Int>
    let rowStride: Int

    init(_ settings: UnfoldParameters) {
        channels = Int(settings.channels)
        positions = Int(settings.firstPosition)..<Int(settings.firstPosition) + Int(settings.positionCount)
        rowStride = Int(settings.rowStride)
        depth = WindowAxis(
            settings.source.0, settings.destination.0, settings.window.0, settings.stride.0, settings.dilation.0,
            settings.padding.0)
        height = WindowAxis(
            settings.source.1, settings.destination.1, settings.window.1, settings.stride.1, settings.dilation.1,
            settings.padding.1)
        width = WindowAxis(
            settings.source.2, settings.destination.2, settings.window.2, settings.stride.2, settings.dilation.2,
            settings.padding.2)
    }

    var sourceElements: Int { depth.source * height.source * width.source }

    /// Calls `body` with each piece of a matrix row that comes from one row of the source: its offset in the matrix, its length,
    /// which part of it is inside of the source, and the source's offset of that part.
    @inline(__always)
    func forEachPiece(_ body: (_ offset: Int, _ count: Int, _ inside: Range<Int>, _ source: Int) -> Void) {
        var row = 0
        for channel in 0..<channels {
            for i in 0..<depth.window {
                for j in 0..<height.window {
                    for k in 0..<width.window {
                        forEachPiece(channel, i, j, k, row, body)
                        row += rowStride
                    }
                }
            }
        }
    }

    @inline(__always)
    private func forEachPiece(
        _ channel: Int, _ i: Int, _ j: Int, _ k: Int, _ row: Int,
        _ body: (_ offset: Int, _ count: Int, _ inside: Range<Int>, _ source: Int) -> Void
    ) {
        let whole = width.positions(of: k)
        var position = positions.lowerBound
        while position < positions.upperBound {
            let line = position / width.destination
            let x = position - line * width.destination
            let count = min(width.destination - x, positions.upperBound - position)
            let z = depth.begin(line / height.destination) + i * depth.dilation
            let y = height.begin(line % height.destination) + j * height.dilation
            let isInside = z >= 0 && z < depth.source && y >= 0 && y < height.source
            let first = max(x, whole.lowerBound)
            let end = min(x + count, whole.upperBound)
            let offset = row + position - positions.lowerBound
            if isInside && first < end {
                let source =
                    ((channel * depth.source + z) * height.source + y) * width.source + width.begin(first)
                    + k * width.dilation
                body(offset, count, first - x..<end - x, source)
            } else {
                body(offset, count, 0..<0, 0)
            }
            position += count
        }
    }
}

func unfold(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: UnfoldParameters.self)
    let unfolding = Unfolding(settings)
    let step = unfolding.width.stride
    for sample in 0..<samples {
        let source = operands.floats(0) + sample * Int(settings.sourceSampleStride)
        let matrix = operands.floats(1) + sample * Int(settings.unfoldedSampleStride)
        unfolding.forEachPiece { offset, count, inside, from in
            let target = matrix + offset
            for index in 0..<inside.lowerBound { target[index] = 0 }
            for index in inside.upperBound..<count { target[index] = 0 }
            if step == 1 {
                copy(source + from, to: target + inside.lowerBound, count: inside.count)
            } else {
                for index in 0..<inside.count { target[inside.lowerBound + index] = source[from + index * step] }
            }
        }
    }
}

func fold(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: UnfoldParameters.self)
    let unfolding = Unfolding(settings)
    let step = unfolding.width.stride
    for sample in 0..<samples {
        let matrix = operands.floats(0) + sample * Int(settings.unfoldedSampleStride)
        let result = operands.floats(1) + sample * Int(settings.sourceSampleStride)
        if settings.clears == 1 {
            fill(result, count: unfolding.channels * unfolding.sourceElements, with: 0)
        }
        unfolding.forEachPiece { offset, _, inside, to in
            let source = matrix + offset + inside.lowerBound
            let target = result + to
            if step == 1 {
                for index in 0..<inside.count { target[index] += source[index] }
            } else {
                for index in 0..<inside.count { target[index * step] += source[index] }
            }
        }
    }
}
