import ApusInstructions

func plainDepthwiseConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    if parameters.isAlongRows(lanes: lanes) {
        convolveAlongRows(operands, parameters, samples)
    } else {
        convolveByBlocks(operands, parameters, samples)
    }
}

/// A block of channels at a time: small enough for the nearest cache in the order of blocks too.
private func convolveByBlocks(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters, _ samples: Int
) {
    let channels = Int(parameters.source.channels)
    let (width, height) = (Int(parameters.source.width), Int(parameters.source.height))
    let (paddedWidth, paddedHeight) = (parameters.paddedWidth, parameters.paddedHeight)
    let positions = Int(parameters.outputHeight) * Int(parameters.outputWidth)
    var blocked = parameters
    blocked.source = ImageLayout(channels: lanes, height: paddedHeight, width: paddedWidth, channelBlock: lanes)
    blocked.destination = ImageLayout(
        channels: lanes, height: Int(parameters.outputHeight), width: Int(parameters.outputWidth), channelBlock: lanes)
    // The border is zero, and the images of all blocks come inside of it.
    let image = operands.floats(4)
    let sums = image + blocked.source.blockStride
    fill(image, count: blocked.source.blockStride, with: 0)
    let inside = image + Int(parameters.padTop) * blocked.source.rowStride + Int(parameters.padLeft) * lanes
    var loops = DepthwiseLoops()
    var memory = TileMemory()
    withUnsafeMutablePointer(to: &loops) { loops in
        withUnsafeMutablePointer(to: &memory) { memory in
            SquareMemory.with { squares in
                let work = DepthwiseWork(operands, blocked, loops, memory)
                for sample in 0..<samples {
                    let from = operands.floats(0) + sample * Int(parameters.source.sampleStride)
                    let to = operands.floats(3) + sample * Int(parameters.destination.sampleStride)
                    for first in stride(from: 0, to: channels, by: lanes) {
                        let count = min(lanes, channels - first)
                        ChannelSquares(
                            channels: count, pixels: width * height, width: width, channelStep: width * height,
                            rowGap: (paddedWidth - width) * lanes
                        ).toBlock(from + first * width * height, inside, squares)
                        work.compute(image, sums, block: first / lanes)
                        ChannelSquares(
                            channels: count, pixels: positions, width: positions, channelStep: positions, rowGap: 0
                        ).toPlain(sums, to + first * positions, squares)
                    }
                }
            }
        }
    }
}

/// A channel at a time, in strips of rows.
private func convolveAlongRows(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters, _ samples: Int
) {
    switch (parameters.kernelWidth, parameters.strideX) {
    case (3, 1): DepthwiseRows<3, 1>.convolve(operands, parameters, samples)
    case (3, _): DepthwiseRows<3, 2>.convolve(operands, parameters, samples)
    default: DepthwiseRows<5, 2>.convolve(operands, parameters, samples)
    }
}

/// A kernel of `width` columns, whose positions are `step` columns apart.
private enum DepthwiseRows<let width: Int, let step: Int> {
    static func convolve(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters, _ samples: Int
    ) {
        let bias = operands.optionalFloats(2)
        let places = Int(parameters.kernelHeight) * width
        let (sourceWidth, sourceHeight) = (Int(parameters.source.width), Int(parameters.source.height))
        let (padTop, padLeft) = (Int(parameters.padTop), Int(parameters.padLeft))
        let rows = Int(parameters.outputHeight)
        let stripRows = parameters.stripRows(lanes: lanes)
        let strideY = Int(parameters.strideY)
        var loops = DepthwiseRowLoops(parameters)
        let strip = operands.floats(4)
        let weights = strip + parameters.reach(rows: stripRows) * loops.rowElements
        let image = step == 2 && loops.isThreeByThree ? DepthwiseImageRows(parameters) : nil
        fill(strip, count: parameters.reach(rows: stripRows) * loops.rowElements, with: 0)
        for sample in 0..<samples {
            for channel in 0..<Int(parameters.source.channels) {
                let from =
                    operands.floats(0) + sample * Int(parameters.source.sampleStride)
                    + channel * sourceHeight * sourceWidth
                let to =
                    operands.floats(3) + sample * Int(parameters.destination.sampleStride)
                    + channel * rows * loops.columns
                let packed = operands.floats(1) + channel / lanes * places * lanes + channel % lanes
                for place in 0..<places {
                    weights.store(Vector(repeating: packed[place * lanes]), at: place * lanes)
                }
                loops.start = Vector(repeating: bias?[channel] ?? 0)
                if let image {
                    image.compute(from, weights, start: loops.start, to)
                    continue
                }
                for first in stride(from: 0, to: rows, by: stripRows) {
                    let count = min(stripRows, rows - first)
                    for row in 0..<parameters.reach(rows: count) {
                        let target = strip + row * loops.rowElements
                        let y = first * strideY + row - padTop
                        if y >= 0 && y < sourceHeight {
                            copyRow(from + y * sourceWidth, to: target, sourceWidth, padLeft, loops.phaseElements)
                        } else {
                            fill(target, count: loops.rowElements, with: 0)
                        }
                    }
                    computeStrip(&loops, strip, weights, to + first * loops.columns, rows: count)
                }
            }
        }
    }

    /// Copies a row and leaves what is around it. With a step of 2 even and odd columns are parted.
    @inline(__always)
    private static func copyRow(
        _ from: Floats, to: Floats, _ count: Int, _ padLeft: Int, _ phaseElements: Int
    ) {
        if step == 1 {
            copy(from, to: to + padLeft, count: count)
        } else {
            copyByTwos(from, to: to, count: count, padLeft, phaseElements)
        }
    }

    @inline(__always)
    private static func computeStrip(
        _ loops: inout DepthwiseRowLoops, _ strip: Floats, _ weights: Floats, _ to: Floats, rows: Int
    ) {
        if width == 3 && (step == 1 || loops.isThreeByThree) {
            return DepthwiseStrip<step>.compute(&loops, strip, weights, to, rows: rows)
        }
        var (source, destination) = (strip, to)
        var left = rows
        while left > 0 {
            // As equal as can be: low tiles are slow.
            let tiles = (left + depthwiseColumns - 1) / depthwiseColumns
            let height = left / tiles
            switch height {
            case 1: DepthwiseRowTile<1, width, step>.compute(&loops, source, weights, destination)
            case 2: DepthwiseRowTile<2, width, step>.compute(&loops, source, weights, destination)
            case 3: DepthwiseRowTile<3, width, step>.compute(&loops, source, weights, destination)
            case 4: DepthwiseRowTile<4, width, step>.compute(&loops, source, weights, destination)
            case 5: DepthwiseRowTile<5, width, step>.compute(&loops, source, weights, destination)
            case 6: DepthwiseRowTile<6, width, step>.compute(&loops, source, weights, destination)
            case 7: DepthwiseRowTile<7, width, step>.compute(&loops, source, weights, destination)
            default: DepthwiseRowTile<8, width, step>.compute(&loops, source, weights, destination)
            }
            source += height &* loops.rowStep
            destination += height &* loops.columns
            left &-= height
        }
    }
}
