import ApusInstructions

func plainConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: ConvolutionParameters.self).pointee
    let work = PlainConvolutionWork(operands, parameters)
    for sample in 0..<samples {
        work.compute(
            operands.floats(0) + sample * Int(parameters.source.sampleStride),
            operands.floats(3) + sample * Int(parameters.destination.sampleStride) + parameters.destination.origin)
    }
}

/// Copies a strip of rows, computes all filters of it, then goes on to the next strip: see ``PlainConvolutionStrip``.
private struct PlainConvolutionWork {
    private let parameters: ConvolutionParameters
    private let strip: PlainConvolutionStrip
    private let weights: Floats
    private let bias: Floats?
    private let image: Floats
    private let sums: Floats
    private let channels: Int
    private let filters: Int
    private let columns: Int
    private let loops: PlainConvolutionLoops

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: ConvolutionParameters) {
        self.parameters = parameters
        let strip = PlainConvolutionStrip(parameters, lanes: lanes)
        self.strip = strip
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        let scratch = operands.floats(4)
        image = scratch + strip.stripOffset
        sums = scratch + strip.sumsOffset
        channels = Int(parameters.source.channels)
        filters = Int(parameters.destination.channels)
        columns = Int(parameters.outputWidth)
        let places = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Int32.self)
        Self.setPlaces(places, parameters, strip)
        loops = PlainConvolutionLoops(
            channels: channels, channelStep: strip.channelStep, places: places, placeCount: strip.places,
            filterStep: strip.isAlongRows ? parameters.destination.blockStride : strip.filterStep,
            limits: Limits(activation: parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling))
        // What is around the rows stays zero.
        fill(image, count: channels * strip.channelStep, with: 0)
    }

    /// Where the first position sees each place of the kernel.
    private static func setPlaces(
        _ places: UnsafeMutablePointer<Int32>, _ parameters: ConvolutionParameters, _ strip: PlainConvolutionStrip
    ) {
        let (strideY, strideX) = (Int(parameters.strideY), Int(parameters.strideX))
        var place = 0
        for row in 0..<Int(parameters.kernelHeight) {
            let y = row * Int(parameters.dilationY)
            for column in 0..<Int(parameters.kernelWidth) {
                let x = column * Int(parameters.dilationX)
                let plane = y % strideY * strip.planeColumns + x % strideX
                places[place] = Int32(
                    truncatingIfNeeded: plane * strip.planeStep + y / strideY * strip.rowStep + x / strideX)
                place += 1
            }
        }
    }

    func compute(_ source: Floats, _ destination: Floats) {
        let rows = Int(parameters.outputHeight)
        var first = 0
        while first < rows {
            let count = min(strip.rows, rows - first)
            copyStrip(source, first: first, rows: count)
            var filter = 0
            while filter < filters {
                compute(
                    filter: filter, rows: count,
                    destination + filter * parameters.destination.blockStride + first * columns)
                filter += strip.panel
            }
            first += count
        }
    }

    private func copyStrip(_ source: Floats, first: Int, rows: Int) {
        let (height, width) = (Int(parameters.source.height), Int(parameters.source.width))
        let (strideY, strideX) = (Int(parameters.strideY), Int(parameters.strideX))
        let padLeft = Int(parameters.padLeft)
        let top = first * strideY - Int(parameters.padTop)
        let read = (rows - 1) * strideY + (Int(parameters.kernelHeight) - 1) * Int(parameters.dilationY) + 1
        for channel in 0..<channels {
            let from = source + channel * height * width
            for phase in 0..<strip.planeRows {
                var target = image + channel * strip.channelStep + phase * strip.planeColumns * strip.planeStep
                for row in stride(from: phase, to: read, by: strideY) {
                    let y = top + row
                    if y < 0 || y >= height {
                        for plane in 0..<strip.planeColumns {
                            fill(target + plane * strip.planeStep, count: strip.rowStep, with: 0)
                        }
                    } else {
                        copyRow(from + y * width, to: target, count: width, padLeft, strideX)
                    }
                    target += strip.rowStep
                }
            }
        }
    }

    @inline(__always)
    private func copyRow(_ from: Floats, to: Floats, count: Int, _ padLeft: Int, _ strideX: Int) {
        if strideX == 1 {
            let inside = to + padLeft
            if count >= lanes {
                copy(from, to: inside, count: count)
            } else {
                inside.store(from.vector(at: 0, count: count), at: 0, count: count)
            }
        } else if strideX == 2 {
            copyByTwos(from, to: to, count: count, padLeft, strip.planeStep)
        } else {
            for x in 0..<count {
                let column = x + padLeft
                to[column % strideX * strip.planeStep + column / strideX] = from[x]
            }
        }
    }

    /// Computes a panel of filters.
    private func compute(filter: Int, rows: Int, _ destination: Floats) {
        let count = min(strip.panel, filters - filter)
        let factors = weights + filter * channels * strip.places
        let bias = bias.map { $0 + filter }
        if strip.isAlongRows {
            let parts = EqualParts(
                of: columns / lanes, maximum: PlainConvolutionTile.vectors(panel: strip.panel, lanes: lanes))
            for row in 0..<rows {
                compute(parts, filters: count, image + row * strip.rowStep, factors, bias, destination + row * columns)
            }
            return
        }
        let positions = (rows - 1) * strip.rowStep + columns
        let parts = EqualParts(
            of: (positions + lanes - 1) / lanes,
            maximum: PlainConvolutionTile.vectors(panel: strip.panel, lanes: lanes))
        compute(parts, filters: count, image, factors, bias, sums)
        for index in 0..<count {
            var from = sums + index * strip.filterStep
            var to = destination + index * parameters.destination.blockStride
            for _ in 0..<rows {
                forEachVector(columns) { column, width in
                    if width == lanes {
                        to.store(from.vector(at: column), at: column)
                    } else {
                        to.store(from.vector(at: column), at: column, count: width)
                    }
                }
                from += strip.rowStep
                to += columns
            }
        }
    }

    /// Computes some vectors of positions, in tiles as equal as can be.
    @inline(__always)
    private func compute(
        _ parts: EqualParts, filters: Int, _ source: Floats, _ weights: Floats, _ bias: Floats?, _ results: Floats
    ) {
        withUnsafePointer(to: loops) { loops in
            var offset = 0
            for part in 0..<parts.count {
                let vectors = parts.size(of: part)
                computePlainTile(
                    loops, panel: strip.panel, vectors: vectors, filters: filters, source + offset, weights, bias,
                    results + offset)
                offset += vectors * lanes
            }
        }
    }
}
