import ApusInstructions

func relayout(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let layouts = parameters.load(as: RelayoutParameters.self)
    let source = Image(layouts.source)
    let destination = Image(layouts.destination)
    for sample in 0..<samples {
        let from = operands.floats(0) + sample * source.sampleStride
        let to = operands.floats(1) + sample * destination.sampleStride
        if destination.hasBorder && destination.block == 1 {
            if destination.width < 4 * lanes {
                // Rows are short: to clear everything at once is quicker than to pick their ends.
                fill(to, count: destination.blocks * destination.blockStride, with: 0)
            } else {
                for block in 0..<destination.blocks {
                    destination.clearBorder(of: to + block * destination.blockStride)
                }
            }
        }
        if source.block == destination.block {
            copyBlocks(from, source, to, destination)
        } else {
            reblock(from, source, to, destination)
        }
    }
}

/// The same blocks on both sides: rows are copied whole.
private func copyBlocks(_ from: Floats, _ source: Image, _ to: Floats, _ destination: Image) {
    let block = source.block
    let count = source.width * block
    // Without side borders on either side all rows of an image are one.
    let joined = source.rowStride == count && destination.rowStride == count
    let rows = joined ? 1 : source.height
    let rowCount = joined ? count * source.height : count
    for index in 0..<source.blocks {
        if block > 1 { destination.clearBorder(of: to + index * destination.blockStride) }
        var read = from + index * source.blockStride + source.origin
        var write = to + index * destination.blockStride + destination.origin
        for _ in 0..<rows {
            copy(read, to: write, count: rowCount)
            read += source.rowStride
            write += destination.rowStride
        }
    }
    let used = source.channels - (source.blocks - 1) * block
    if used == block { return }
    let last = to + (source.blocks - 1) * destination.blockStride + destination.origin
    for y in 0..<source.height {
        for x in 0..<source.width {
            fill(last + y * destination.rowStride + x * block + used, count: block - used, with: 0)
        }
    }
}

/// Different blocks.
private func reblock(_ from: Floats, _ source: Image, _ to: Floats, _ destination: Image) {
    let (plain, blocked) = source.block == 1 ? (source, destination) : (destination, source)
    // The plain side of a square is contiguous.
    let pixels = plain.rowStride == plain.width ? plain.width * plain.height : plain.width
    if plain.block == 1 && blocked.block == lanes && pixels >= lanes {
        SquareMemory.with { moveSquares(from, source, to, destination, pixels: pixels, $0) }
    } else {
        moveChannels(from, source, to, destination)
    }
}

/// Whole vectors of channels by whole vectors of the `pixels` that follow each other on the plain side.
private func moveSquares(
    _ from: Floats, _ source: Image, _ to: Floats, _ destination: Image, pixels: Int, _ memory: SquareMemory
) {
    let (plain, blocked) = source.block == 1 ? (source, destination) : (destination, source)
    let isJoined = plain.rowStride == plain.width && blocked.rowStride == blocked.width * lanes
    let runs = plain.rowStride == plain.width ? 1 : plain.height
    for block in 0..<blocked.blocks {
        let first = block * lanes
        let squares = ChannelSquares(
            channels: min(lanes, plain.channels - first), pixels: pixels, width: isJoined ? pixels : plain.width,
            channelStep: plain.blockStride, rowGap: blocked.rowStride - blocked.width * lanes)
        let read = from + source.offset(of: first)
        let write = to + destination.offset(of: first)
        if destination.block > 1 { destination.clearBorder(of: to + block * destination.blockStride) }
        for y in 0..<runs {
            if destination.block > 1 {
                squares.toBlock(read + y * source.rowStride, write + y * destination.rowStride, memory)
            } else {
                squares.toPlain(read + y * source.rowStride, write + y * destination.rowStride, memory)
            }
        }
    }
}

/// Channel by channel, or four at a time.
private func moveChannels(_ from: Floats, _ source: Image, _ to: Floats, _ destination: Image) {
    let joined =
        source.rowStride == source.width * source.block
        && destination.rowStride == destination.width * destination.block
    let rows = joined ? 1 : source.height
    let width = joined ? source.width * source.height : source.width
    if destination.block > 1 {
        for block in 0..<destination.blocks { destination.clearBorder(of: to + block * destination.blockStride) }
    }
    var first = 0
    // Blocks of four lanes or more against no blocks: four channels by four pixels at once.
    if source.block == 1 && destination.block % 4 == 0 || destination.block == 1 && source.block % 4 == 0 {
        while first + 4 <= source.channels {
            let read = from + source.offset(of: first)
            let write = to + destination.offset(of: first)
            for y in 0..<rows {
                moveFour(read + y * source.rowStride, source, write + y * destination.rowStride, destination, width)
            }
            first += 4
        }
    }
    for channel in first..<destination.blocks * destination.block {
        let read = from + source.offset(of: channel)
        let write = to + destination.offset(of: channel)
        for y in 0..<rows {
            for x in 0..<width {
                write[y * destination.rowStride + x * destination.block] =
                    channel < source.channels ? read[y * source.rowStride + x * source.block] : 0
            }
        }
    }
}

/// Moves a row of four channels: they lie side by side on one side, and in four images on the other.
@inline(__always)
private func moveFour(_ read: Floats, _ source: Image, _ write: Floats, _ destination: Image, _ width: Int) {
    let readChannel = source.block == 1 ? source.blockStride : 1
    let writeChannel = destination.block == 1 ? destination.blockStride : 1
    // The four vectors of a tile are four images where there are no blocks, and four pixels where there are.
    let readStep = source.block == 1 ? source.blockStride : source.block
    let writeStep = destination.block == 1 ? destination.blockStride : destination.block
    var x = 0
    while x + 4 <= width {
        let from = UnsafeRawPointer(read + x * source.block)
        let to = UnsafeMutableRawPointer(write + x * destination.block)
        let a = from.loadUnaligned(as: SIMD4<Float>.self)
        let b = from.loadUnaligned(fromByteOffset: 4 * readStep, as: SIMD4<Float>.self)
        let c = from.loadUnaligned(fromByteOffset: 8 * readStep, as: SIMD4<Float>.self)
        let d = from.loadUnaligned(fromByteOffset: 12 * readStep, as: SIMD4<Float>.self)
        to.storeBytes(of: SIMD4(a[0], b[0], c[0], d[0]), as: SIMD4<Float>.self)
        to.storeBytes(of: SIMD4(a[1], b[1], c[1], d[1]), toByteOffset: 4 * writeStep, as: SIMD4<Float>.self)
        to.storeBytes(of: SIMD4(a[2], b[2], c[2], d[2]), toByteOffset: 8 * writeStep, as: SIMD4<Float>.self)
        to.storeBytes(of: SIMD4(a[3], b[3], c[3], d[3]), toByteOffset: 12 * writeStep, as: SIMD4<Float>.self)
        x += 4
    }
    while x < width {
        for channel in 0..<4 {
            write[x * destination.block + channel * writeChannel] = read[x * source.block + channel * readChannel]
        }
        x += 1
    }
}
