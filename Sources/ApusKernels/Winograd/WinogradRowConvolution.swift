import ApusInstructions

func winogradRowConvolution(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let work = RowWork(operands, parameters.assumingMemoryBound(to: WinogradParameters.self).pointee)
    for sample in 0..<samples {
        var first = 0
        while first < work.rowPairs {
            let count = min(work.passRowPairs, work.rowPairs - first)
            work.transformSource(sample: sample, first: first, count: count)
            for block in 0..<work.outputBlocks {
                for row in 0..<count {
                    if !work.pooled {
                        RowTiles<0>.compute(work, sample, block, first, row)
                    } else if work.argmax == nil {
                        RowTiles<1>.compute(work, sample, block, first, row)
                    } else {
                        RowTiles<2>.compute(work, sample, block, first, row)
                    }
                }
            }
            first += count
        }
    }
}

/// Frequencies of a pair of columns.
private let pairFrequencies = 4

/// A row convolution's operands and sizes. All steps count elements.
private struct RowWork {
    let channels: Int
    let outputBlocks: Int
    /// Pairs of rows of the output, how many of them are done at a time, and pairs of columns.
    let rowPairs: Int
    let passRowPairs: Int
    let columnPairs: Int
    /// The first pixel that is read of the first sample.
    let source: Floats
    let sourceSteps: ImageSteps
    let weights: Floats
    let bias: Floats?
    /// The first pixel of the first sample.
    let destination: Floats
    let resultSteps: ImageSteps
    let resultHeight: Int
    let resultWidth: Int
    let pooled: Bool
    let limits: Limits
    let argmax: UnsafeMutableRawPointer?
    let argmaxStride: Int
    /// The transforms, `[channel][row][vector of pairs][frequency][pair]`.
    let transforms: Floats
    /// From one row of the transforms to the next, and from one channel to the next.
    let rowStep: Int
    let channelStep: Int

    init(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: WinogradParameters) {
        let (layout, result) = (parameters.source, parameters.destination)
        channels = Int(layout.channels)
        outputBlocks = result.vectorBlocks
        rowPairs = parameters.rowPairs
        passRowPairs = Int(parameters.passTiles)
        columnPairs = parameters.columnPairs
        sourceSteps = ImageSteps(layout)
        source =
            operands.floats(0) + sourceSteps.origin - Int(parameters.padTop) * sourceSteps.row - Int(parameters.padLeft)
        weights = operands.floats(1)
        bias = operands.optionalFloats(2)
        resultSteps = ImageSteps(result)
        destination = operands.floats(3) + resultSteps.origin
        (resultHeight, resultWidth) = (Int(result.height), Int(result.width))
        pooled = parameters.poolHeight > 0
        limits = Limits(activation: parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        argmax = pooled ? operands[4] : nil
        argmaxStride = Int(parameters.argmaxStride)
        transforms = operands.floats(5)
        rowStep = parameters.pairVectors(lanes: lanes) * pairFrequencies * lanes
        channelStep = (2 * passRowPairs + 2) * rowStep
    }

    /// Transforms the source's rows for `count` pairs of output rows from `first` on, a vector of pairs at a time.
    @inline(never)
    func transformSource(sample: Int, first: Int, count: Int) {
        for channel in 0..<channels {
            var row =
                source + sample * sourceSteps.sample + channel * sourceSteps.block + 2 * first * sourceSteps.row
            var target = transforms + channel * channelStep
            for _ in 0..<2 * count + 2 {
                var offset = 0
                while offset < rowStep {
                    let place = row + offset / (pairFrequencies / 2)
                    let (even, odd) = separated(place.vector(at: 0), place.vector(at: lanes))
                    let (nextEven, nextOdd) = separated(place.vector(at: 2), place.vector(at: lanes + 2))
                    target.store(even - nextEven, at: offset)
                    target.store(odd + nextEven, at: offset + lanes)
                    target.store(nextEven - odd, at: offset + 2 * lanes)
                    target.store(nextOdd - odd, at: offset + 3 * lanes)
                    offset += pairFrequencies * lanes
                }
                row += sourceSteps.row
                target += rowStep
            }
        }
    }

    /// The elements at even and at odd places of two vectors that follow each other.
    @inline(__always)
    private func separated(_ first: Vector, _ second: Vector) -> (even: Vector, odd: Vector) {
        (
            Vector(lowHalf: first.evenHalf, highHalf: second.evenHalf),
            Vector(lowHalf: first.oddHalf, highHalf: second.oddHalf)
        )
    }
}

/// The products of two rows and two pairs of columns, `[pair][row][frequency]`.
private typealias RowSums = InlineArray<16, Vector>
/// One input channel's weights, `[kernel row][frequency]`.
private typealias RowWeights = InlineArray<12, Vector>

/// Rows of tiles of 2 × 4 positions. `storing` is 0 for the sums themselves, 1 for the maximum of each 2 × 2 window, and
/// 2 where it is stored as well which of a window that is.
private enum RowTiles<let storing: Int> {
    /// Computes pair `row` of the pass's row pairs, of one output block.
    @inline(never)
    static func compute(_ work: RowWork, _ sample: Int, _ block: Int, _ first: Int, _ row: Int) {
        let bias = work.bias.map { $0.vector(at: block * lanes) } ?? Vector()
        let weights = work.weights + block * work.channels * 12 * lanes
        let scalars = work.transforms + 2 * row * work.rowStep
        let (rowStep, channelStep) = (work.rowStep, work.channelStep)
        let resultRow = (first + row) * (storing == 0 ? 2 : 1)
        var target =
            work.destination + sample * work.resultSteps.sample + block * work.resultSteps.block
            + resultRow * work.resultSteps.row
        var argmax =
            storing == 2
            ? work.argmax.unsafelyUnwrapped + sample * work.argmaxStride
                + (block * work.resultHeight + resultRow) * work.resultWidth * lanes
            : UnsafeMutableRawPointer(target)
        let rows = work.resultHeight - resultRow
        var columns = work.resultWidth
        // With one channel the weights stay in registers.
        let single = load(weights)
        var pair = 0
        while pair < work.columnPairs {
            let place = scalars + pair / lanes * pairFrequencies * lanes + pair % lanes
            var sums = noRowSums
            if work.channels == 1 {
                add(single, place, rowStep, &sums)
            } else {
                for channel in 0..<work.channels {
                    add(load(weights + channel * 12 * lanes), place + channel &* channelStep, rowStep, &sums)
                }
            }
            let width = storing == 0 ? 4 : 2
            store(sums, bias, work.limits, target, work.resultSteps.row, argmax, rows, columns)
            target += width * lanes
            argmax += width * lanes
            columns -= width
            pair += 2
        }
    }

    @inline(__always)
    private static func load(_ weights: Floats) -> RowWeights {
        var loaded: RowWeights = {
            let zero = Vector()
            return [zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero]
        }()
        for index in 0..<12 { loaded[index] = weights.vector(at: index * lanes) }
        return loaded
    }

    /// Adds one channel's products: each transformed row serves the two rows of the output.
    @inline(__always)
    private static func add(_ weights: RowWeights, _ scalars: Floats, _ rowStep: Int, _ sums: inout RowSums) {
        add(0, weights, scalars, &sums)
        add(1, weights, scalars + rowStep, &sums)
        add(2, weights, scalars + 2 &* rowStep, &sums)
        add(3, weights, scalars + 3 &* rowStep, &sums)
    }

    /// Adds the products of one transformed row, which is a constant here: an index that varies would keep the sums out of
    /// registers.
    @inline(__always)
    private static func add(_ row: Int, _ weights: RowWeights, _ scalars: Floats, _ sums: inout RowSums) {
        add(row, 0, 0, weights, scalars, &sums)
        add(row, 0, 1, weights, scalars, &sums)
        add(row, 0, 2, weights, scalars, &sums)
        add(row, 0, 3, weights, scalars, &sums)
        add(row, 1, 0, weights, scalars, &sums)
        add(row, 1, 1, weights, scalars, &sums)
        add(row, 1, 2, weights, scalars, &sums)
        add(row, 1, 3, weights, scalars, &sums)
    }

    @inline(__always)
    private static func add(
        _ row: Int, _ pair: Int, _ frequency: Int, _ weights: RowWeights, _ scalars: Floats, _ sums: inout RowSums
    ) {
        let factor = Vector(repeating: scalars[frequency * lanes + pair])
        let sum = pair * 8 + frequency
        if row < 3 { sums[sum] = multiplyAdd(sums[sum], factor, weights[row * 4 + frequency]) }
        if row > 0 { sums[sum + 4] = multiplyAdd(sums[sum + 4], factor, weights[(row - 1) * 4 + frequency]) }
    }

    /// Transforms the products back, and stores what there is room for: `rows` rows and `columns` columns.
    @inline(__always)
    private static func store(
        _ sums: RowSums, _ bias: Vector, _ limits: Limits, _ target: Floats, _ resultRow: Int,
        _ argmax: UnsafeMutableRawPointer, _ rows: Int, _ columns: Int
    ) {
        store(0, sums, bias, limits, target, resultRow, argmax, rows, columns)
        store(1, sums, bias, limits, target, resultRow, argmax, rows, columns)
    }

    @inline(__always)
    private static func store(
        _ pair: Int, _ sums: RowSums, _ bias: Vector, _ limits: Limits, _ target: Floats, _ resultRow: Int,
        _ argmax: UnsafeMutableRawPointer, _ rows: Int, _ columns: Int
    ) {
        let upper = transformed(sums, pair * 8)
        let lower = transformed(sums, pair * 8 + 4)
        if storing == 0 {
            let column = 2 * pair
            if column < columns {
                target.store(limits.applied(to: upper.0 + bias), at: column * lanes)
                if rows > 1 { target.store(limits.applied(to: lower.0 + bias), at: resultRow + column * lanes) }
            }
            if column + 1 < columns {
                target.store(limits.applied(to: upper.1 + bias), at: (column + 1) * lanes)
                if rows > 1 { target.store(limits.applied(to: lower.1 + bias), at: resultRow + (column + 1) * lanes) }
            }
        } else if pair < columns {
            storeWindow(
                (upper.0, upper.1, lower.0, lower.1), bias, limits, target + pair * lanes,
                storing == 2 ? argmax + pair * lanes : nil)
        }
    }

    @inline(__always)
    private static func transformed(_ sums: RowSums, _ place: Int) -> (Vector, Vector) {
        ((sums[place] + sums[place + 1]) + sums[place + 2], (sums[place + 1] - sums[place + 2]) + sums[place + 3])
    }

    @inline(__always)
    private static var noRowSums: RowSums {
        let zero = Vector()
        return [
            zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero, zero,
        ]
    }
}
