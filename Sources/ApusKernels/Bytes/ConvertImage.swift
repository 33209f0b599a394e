import ApusInstructions

func convertImage(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: ConvertImageParameters.self)
    let source = Image(settings.source)
    let destination = Image(settings.destination)
    let conversion = ElementConversion(settings)
    let (sourceBytes, resultBytes) = (Int(settings.sourceBytes), Int(settings.resultBytes))
    let isPadded = destination.hasBorder || destination.channels < destination.blocks * destination.block
    for sample in 0..<samples {
        let from = operands.bytes(0) + sample * source.sampleStride * sourceBytes
        let to = operands.bytes(1) + sample * destination.sampleStride * resultBytes
        if isPadded {
            fillBytes(
                to, count: destination.blocks * destination.blockStride * resultBytes,
                with: resultBytes == 1 ? UInt8(truncatingIfNeeded: settings.zeroPoint) : 0)
        }
        if source.isRow, destination.isRow {
            conversion.convert(from, to, count: source.channels)
        } else if source.block == destination.block {
            conversion.convertBlocks(from, source, to, destination)
        } else {
            conversion.convertChannels(from, source, to, destination)
        }
    }
}

/// Sets bytes to a value.
@inline(__always)
func fillBytes(_ start: Bytes, count: Int, with value: UInt8) {
    let vector = SIMD16<UInt8>(repeating: value)
    var index = 0
    while index + 16 <= count {
        (start + index).storeBytes(of: vector, as: SIMD16<UInt8>.self)
        index += 16
    }
    while index < count {
        (start + index).storeBytes(of: value, as: UInt8.self)
        index += 1
    }
}

/// What makes elements of one size of those of another.
private struct ElementConversion {
    let scale: Vector
    let zeroPoint: IntegerVector
    /// What steps are kept within, so that bytes come out.
    let lowest: Vector
    let highest: Vector
    let sourceBytes: Int
    let resultBytes: Int

    init(_ parameters: ConvertImageParameters) {
        let zero = Float(parameters.zeroPoint)
        scale = Vector(repeating: parameters.scale)
        zeroPoint = IntegerVector(repeating: parameters.zeroPoint)
        lowest = Vector(repeating: -zero)
        highest = Vector(repeating: 255 - zero)
        sourceBytes = Int(parameters.sourceBytes)
        resultBytes = Int(parameters.resultBytes)
    }

    /// The bytes that stand for numbers, each in the lowest bits of a lane.
    @inline(__always)
    private func codes(_ numbers: Vector) -> IntegerVector {
        nearestIntegers(lesser(highest, greater(lowest, numbers / scale))) &+ zeroPoint
    }

    /// The numbers that bytes stand for.
    @inline(__always)
    private func values(_ codes: IntegerVector) -> Vector { numbers(codes &- zeroPoint) * scale }

    /// Converts elements that follow each other.
    func convert(_ from: Bytes, _ to: Bytes, count: Int) {
        switch (sourceBytes, resultBytes) {
        case (4, 1):
            let floats = from.assumingMemoryBound(to: Float.self)
            forEach(count) {
                storeBytes(of: codes(floats.vector(at: $0)), at: to + $0)
            } rest: {
                let code = codes(Vector(repeating: floats[$0]))[0]
                to.storeBytes(of: UInt8(truncatingIfNeeded: code), toByteOffset: $0, as: UInt8.self)
            }
        case (1, 4):
            let floats = to.assumingMemoryBound(to: Float.self)
            forEach(count) {
                floats.store(values(loadedBytes(at: from + $0)), at: $0)
            } rest: {
                let code = Int32(from.load(fromByteOffset: $0, as: UInt8.self))
                floats[$0] = values(IntegerVector(repeating: code))[0]
            }
        case (4, 2):
            let floats = from.assumingMemoryBound(to: Float.self)
            let bfloats = to.assumingMemoryBound(to: UInt16.self)
            forEach(count) {
                storeBFloats(floats.vector(at: $0), at: bfloats + $0)
            } rest: {
                bfloats[$0] = bfloatBits(of: floats[$0])
            }
        case (2, 4):
            let bfloats = from.assumingMemoryBound(to: UInt16.self)
            let floats = to.assumingMemoryBound(to: Float.self)
            forEach(count) {
                floats.store(loadedBFloats(at: bfloats + $0), at: $0)
            } rest: {
                floats[$0] = Float(bitPattern: UInt32(bfloats[$0]) &<< 16)
            }
        case (2, _):
            copy(from.assumingMemoryBound(to: UInt16.self), to.assumingMemoryBound(to: UInt16.self), count: count)
        default:
            copy(from.assumingMemoryBound(to: UInt8.self), to.assumingMemoryBound(to: UInt8.self), count: count)
        }
    }

    @inline(__always)
    private func copy<Element: BitwiseCopyable>(
        _ from: UnsafeMutablePointer<Element>, _ to: UnsafeMutablePointer<Element>, count: Int
    ) {
        if count == 1 { to[0] = from[0] } else { to.update(from: from, count: count) }
    }

    /// Calls `whole` for each vector of elements, the last of which may lap over the one before it, and `rest` for each element where
    /// there is no vector of them.
    @inline(__always)
    private func forEach(_ count: Int, _ whole: (Int) -> Void, rest: (Int) -> Void) {
        var index = 0
        while index + lanes <= count {
            whole(index)
            index += lanes
        }
        if index == count { return }
        if count >= lanes { return whole(count - lanes) }
        while index < count {
            rest(index)
            index += 1
        }
    }

    /// The same blocks on both sides: rows are converted whole.
    func convertBlocks(_ from: Bytes, _ source: Image, _ to: Bytes, _ destination: Image) {
        let block = source.block
        let used = source.channels - (source.blocks - 1) * block
        for index in 0..<source.blocks {
            let isCut = index == source.blocks - 1 && used < block
            // The unused lanes of a block stay as they are.
            let (count, parts) = isCut ? (used, source.width) : (source.width * block, 1)
            var read = from + (index * source.blockStride + source.origin) * sourceBytes
            var write = to + (index * destination.blockStride + destination.origin) * resultBytes
            for _ in 0..<source.height {
                for part in 0..<parts {
                    convert(read + part * block * sourceBytes, write + part * block * resultBytes, count: count)
                }
                read += source.rowStride * sourceBytes
                write += destination.rowStride * resultBytes
            }
        }
    }

    /// Different blocks: the elements of each channel are brought together, converted, and spread again, a piece of a row at a time.
    func convertChannels(_ from: Bytes, _ source: Image, _ to: Bytes, _ destination: Image) {
        var room = InlineArray<64, Float>(repeating: 0)
        withUnsafeMutablePointer(to: &room) { room in
            let piece = Bytes(room)
            for channel in 0..<source.channels {
                let first = from + source.offset(of: channel) * sourceBytes
                let last = to + destination.offset(of: channel) * resultBytes
                for row in 0..<source.height {
                    var column = 0
                    while column < source.width {
                        let count = min(64, source.width - column)
                        let read = first + (row * source.rowStride + column * source.block) * sourceBytes
                        let write = last + (row * destination.rowStride + column * destination.block) * resultBytes
                        // One of the two lies together.
                        if source.block == 1 {
                            convert(read, piece, count: count)
                            move(piece, 1, to: write, destination.block, count: count, bytes: resultBytes)
                        } else {
                            move(read, source.block, to: piece, 1, count: count, bytes: sourceBytes)
                            convert(piece, write, count: count)
                        }
                        column += count
                    }
                }
            }
        }
    }

    /// Copies elements that are `step` elements apart.
    @inline(__always)
    private func move(_ from: Bytes, _ step: Int, to: Bytes, _ resultStep: Int, count: Int, bytes: Int) {
        switch bytes {
        case 1: spread(UInt8.self, from, step, to: to, resultStep, count: count)
        case 2: spread(UInt16.self, from, step, to: to, resultStep, count: count)
        default: spread(Float.self, from, step, to: to, resultStep, count: count)
        }
    }

    @inline(__always)
    private func spread<Element: BitwiseCopyable>(
        _ type: Element.Type, _ from: Bytes, _ step: Int, to: Bytes, _ resultStep: Int, count: Int
    ) {
        let (source, result) = (from.assumingMemoryBound(to: type), to.assumingMemoryBound(to: type))
        for index in 0..<count { result[index &* resultStep] = source[index &* step] }
    }
}
