import ApusInstructions
import CPlatform

func quantizedDepthwise(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let settings = parameters.load(as: QuantizedConvolutionParameters.self)
    let own = settings.convolution
    let (source, destination) = (ImageSteps(own.source), ImageSteps(own.destination))
    let added = ImageSteps(own.addend)
    let resultBytes = Int(settings.resultBytes)
    var loops = DepthwiseByteLoops(settings, source)
    let rowStep = Int(own.strideY) &* source.row
    // Rows of the result share what they read of the source.
    let together = own.dilationY != 1 ? 1 : own.strideY == 1 ? 4 : own.strideY == 2 && loops.readsWords ? 2 : 1
    let origin = source.origin &- Int(own.padTop) &* source.row &- Int(own.padLeft) &* lanes
    withUnsafeMutablePointer(to: &loops) { loops in
        for sample in 0..<samples {
            for block in 0..<own.destination.vectorBlocks {
                loops.pointee.output = .init(
                    bias: operands.bytes(2) + 4 &* block &* lanes, scale: operands.floats(3) + block &* lanes,
                    isLimited: settings.isLimited)
                let weights =
                    operands.bytes(1) + block &* loops.pointee.kernelHeight &* loops.pointee.groups &* 4 &* lanes
                var from = operands.bytes(0) + (origin &+ sample &* source.sample &+ block &* source.block)
                var to =
                    operands.bytes(4)
                    + (destination.origin &+ sample &* destination.sample &+ block &* destination.block) &* resultBytes
                var addend = operands[5].map {
                    $0 + (added.origin &+ sample &* added.sample &+ block &* added.block)
                }
                var rows = Int(own.outputHeight)
                while rows > 0 {
                    let count = rows >= together ? together : 1
                    if loops.pointee.readsWords {
                        computeRows(count, loops, from, weights, to, addend)
                    } else if count == 4 {
                        DepthwiseByteRows<4>.compute(loops, from, weights, to, addend)
                    } else {
                        DepthwiseByteRows<1>.compute(loops, from, weights, to, addend)
                    }
                    from += count &* rowStep
                    to += count &* destination.row &* resultBytes
                    addend = addend.map { $0 + count &* added.row }
                    rows &-= count
                }
            }
        }
    }
}

/// Computes one row of results, or four neighbouring ones of a convolution without strides and dilation of rows: what is read of the
/// source serves all rows that see it.
private enum DepthwiseByteRows<let rows: Int> {
    @inline(never)
    static func compute(
        _ loops: DepthwiseLoopsPointer, _ source: Bytes, _ weights: Bytes, _ result: Bytes, _ addend: Bytes?
    ) {
        var (source, result, addend) = (source, result, addend)
        let start = loops.pointee.output.start
        let kernelBytes = loops.pointee.groups &* 4 &* lanes
        var columns = loops.pointee.columns
        repeat {
            var (first, second, third, fourth) = (start, start, start, start)
            var row = source
            var number = 0
            while number < loops.pointee.kernelHeight &+ rows &- 1 {
                var group = 0
                while group < loops.pointee.groups {
                    let word = loops.pointee.word(row, group)
                    let place = weights + (number &* kernelBytes &+ group &* 4 &* lanes)
                    // The kernel's row for each row of the result.
                    if number < loops.pointee.kernelHeight { first = add(first, word, place) }
                    if rows == 4 {
                        if isInside(number &- 1, loops) { second = add(second, word, place - kernelBytes) }
                        if isInside(number &- 2, loops) { third = add(third, word, place - 2 &* kernelBytes) }
                        if isInside(number &- 3, loops) { fourth = add(fourth, word, place - 3 &* kernelBytes) }
                    }
                    group &+= 1
                }
                row += loops.pointee.kernelRow
                number &+= 1
            }
            loops.pointee.store((first, second, third, fourth), count: rows, result, addend)
            source += loops.pointee.columnStep
            result += loops.pointee.resultStep
            addend = addend.map { $0 + lanes }
            columns &-= 1
        } while columns > 0
    }

    @inline(__always)
    private static func isInside(_ row: Int, _ loops: DepthwiseLoopsPointer) -> Bool {
        row >= 0 && row < loops.pointee.kernelHeight
    }

    @inline(__always)
    private static func add(_ sum: IntegerVector, _ word: IntegerVector, _ weights: Bytes) -> IntegerVector {
        FourBytes.addProducts(sum, word, weights.loadUnaligned(as: IntegerVector.self))
    }
}
