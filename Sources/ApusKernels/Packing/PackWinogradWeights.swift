import ApusInstructions

/// The transformed weights of a Winograd convolution.
func packWinogradWeights(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: PackParameters) {
    let packing = WinogradPacking(parameters)
    switch parameters.tile {
    case .row: WinogradKernels<1, 2>.packRows(packing, operands.floats(0), operands.floats(1))
    case .small: WinogradKernels<2, 2>.pack(packing, operands.floats(0), operands.floats(1))
    case .wide: WinogradKernels<2, 4>.pack(packing, operands.floats(0), operands.floats(1))
    default: WinogradKernels<4, 4>.pack(packing, operands.floats(0), operands.floats(1))
    }
}

/// The weights' gradient from the gradient of their transform.
func unpackWinogradWeights(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: PackParameters) {
    let packing = WinogradPacking(parameters)
    if parameters.tile == .small {
        WinogradKernels<2, 2>.unpack(packing, operands.floats(0), operands.floats(1))
    } else {
        WinogradKernels<4, 4>.unpack(packing, operands.floats(0), operands.floats(1))
    }
}

/// The sizes of packed weights `[frequency][output block][input channel][lane]` and of weights `[outputs, inputs, 3, 3]`.
private struct WinogradPacking {
    /// Output channels of the layer that the packed weights are for, and lanes of a block of them.
    let written: Int
    let outputBlock: Int
    let outputBlocks: Int
    /// Its input channels, and those with the ones that fill the last block up.
    let read: Int
    let paddedRead: Int
    /// Channels of a group.
    let groupRead: Int
    let groupWritten: Int
    /// Output blocks that read the same channels.
    let partBlocks: Int
    /// Elements between the kernels of neighbouring output and input channels.
    let laneStep: Int
    let channelStep: Int
    let turned: Bool

    init(_ parameters: PackParameters) {
        turned = parameters.form == PackParameters.Form.transposed.rawValue
        let (outputs, inputs) = (Int(parameters.outputs), Int(parameters.inputs))
        written = turned ? inputs : outputs
        read = turned ? outputs : inputs
        outputBlock = Int(parameters.outputBlock)
        outputBlocks = (written + outputBlock - 1) / outputBlock
        let inputBlock = Int(parameters.inputBlock)
        let groups = Int(parameters.groups)
        (groupRead, groupWritten) = (read / groups, written / groups)
        if groups == 1 {
            paddedRead = (read + inputBlock - 1) / inputBlock * inputBlock
            partBlocks = outputBlocks
        } else if parameters.groupedBlocks == 1 {
            (paddedRead, partBlocks) = (groupRead, groupWritten / outputBlock)
        } else {
            (paddedRead, partBlocks) = (inputBlock, 1)
        }
        laneStep = turned ? 9 : groupRead * 9
        channelStep = turned ? inputs * 9 : 9
    }

    var frequencyStep: Int { outputBlocks * paddedRead * outputBlock }

    /// The kernels of a block's channel, from that of the output channel `output` on: where the first would be, and which of the
    /// `count` from there on are those of the channel's group.
    @inline(__always)
    func kernels(block: Int, channel: Int, output: Int, count: Int) -> (offset: Int, first: Int, last: Int) {
        let channel = block / partBlocks * paddedRead + channel
        guard channel < read else { return (0, 0, 0) }
        let group = channel / groupRead
        let first = max(0, group * groupWritten - output)
        return (
            output * laneStep + (channel - group * groupRead) * channelStep, first,
            max(first, min(count, (group + 1) * groupWritten - output))
        )
    }
}

private enum WinogradKernels<let height: Int, let width: Int> {
    @inline(__always)
    private static var rows: Int { height + 2 }
    @inline(__always)
    private static var columns: Int { width + 2 }

    @inline(__always)
    private static var frequencies: Int { rows * columns }

    /// G g Gᵀ of every kernel, several output channels at a time.
    ///
    /// Frequencies are so far apart in the packed weights that their cache lines displace one another. Those of a few channels
    /// are made side by side and then copied, so that each line is written once.
    @inline(never)
    static func pack(_ packing: WinogradPacking, _ weights: Floats, _ packed: Floats) {
        var stage = InlineArray<2304, Float>(repeating: 0)
        let maximum = 2304 / (frequencies * packing.outputBlock)
        withUnsafeMutableBytes(of: &stage) { bytes in
            let stage = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Float.self)
            for block in 0..<packing.outputBlocks {
                let target = packed + block * packing.paddedRead * packing.outputBlock
                var first = 0
                while first < packing.paddedRead {
                    let count = maximum == 0 ? packing.paddedRead : min(maximum, packing.paddedRead - first)
                    let elements = count * packing.outputBlock
                    if maximum == 0 {
                        transform(packing, weights, block, first, count, to: target, step: packing.frequencyStep)
                    } else {
                        transform(packing, weights, block, first, count, to: stage, step: elements)
                        for frequency in 0..<frequencies {
                            copyElements(
                                stage + frequency * elements,
                                to: target + frequency * packing.frequencyStep + first * packing.outputBlock, elements)
                        }
                    }
                    first += count
                }
            }
        }
    }

    @inline(__always)
    private static func copyElements(_ source: Floats, to target: Floats, _ count: Int) {
        var index = 0
        while index + lanes <= count {
            target.store(source.vector(at: index), at: index)
            index += lanes
        }
        while index < count {
            target[index] = source[index]
            index += 1
        }
    }

    /// The transforms of `count` channels of an output block, whose frequencies are `step` elements apart.
    @inline(__always)
    private static func transform(
        _ packing: WinogradPacking, _ weights: Floats, _ block: Int, _ first: Int, _ count: Int, to target: Floats,
        step: Int
    ) {
        for channel in first..<first + count {
            var lane = 0
            while lane < packing.outputBlock {
                let output = block * packing.outputBlock + lane
                let kernels = packing.kernels(block: block, channel: channel, output: output, count: lanes)
                let storing = min(lanes, packing.outputBlock - lane)
                transform(
                    packing, weights + kernels.offset, from: kernels.first, count: kernels.last,
                    to: target + (channel - first) * packing.outputBlock + lane,
                    step: step, storing: storing)
                lane += lanes
            }
        }
    }

    @inline(__always)
    private static func transform(
        _ packing: WinogradPacking, _ kernels: Floats, from: Int, count: Int, to target: Floats, step: Int, storing: Int
    ) {
        var half = noHalf
        for column in 0..<3 {
            let three = kernelColumn(packing, kernels, column, from: from, count: count)
            let line = WinogradLines<height>.kernelLine(three)
            for row in 0..<rows { half[row * 3 + column] = line[row] }
        }
        for row in 0..<rows {
            let line = WinogradLines<width>.kernelLine((half[row * 3], half[row * 3 + 1], half[row * 3 + 2]))
            for column in 0..<columns {
                let place = (row * columns + column) * step
                if storing == lanes {
                    target.store(line[column], at: place)
                } else {
                    target.store(line[column], at: place, count: storing)
                }
            }
        }
    }

    /// A column of the kernels `from ..< count`, zero in the other lanes.
    @inline(__always)
    private static func kernelColumn(
        _ packing: WinogradPacking, _ kernels: Floats, _ column: Int, from: Int, count: Int
    ) -> (Vector, Vector, Vector) {
        var three = (Vector(), Vector(), Vector())
        let (top, bottom) = packing.turned ? (8 - column, 2 - column) : (column, 6 + column)
        let middle = packing.turned ? 5 - column : 3 + column
        if from == 0 && count == lanes {
            for lane in 0..<lanes {
                let kernel = kernels + lane * packing.laneStep
                three.0[lane] = kernel[top]
                three.1[lane] = kernel[middle]
                three.2[lane] = kernel[bottom]
            }
        } else {
            for lane in from..<count {
                let kernel = kernels + lane * packing.laneStep
                three.0[lane] = kernel[top]
                three.1[lane] = kernel[middle]
                three.2[lane] = kernel[bottom]
            }
        }
        return three
    }

    /// g Gᵀ of every kernel, `[output block][input channel][kernel row][frequency][lane]`.
    @inline(never)
    static func packRows(_ packing: WinogradPacking, _ weights: Floats, _ packed: Floats) {
        for block in 0..<packing.outputBlocks {
            for channel in 0..<packing.paddedRead {
                var lane = 0
                while lane < packing.outputBlock {
                    let output = block * packing.outputBlock + lane
                    let count = channel < packing.read ? min(lanes, packing.written - output) : 0
                    let kernels = weights + output * packing.laneStep + channel * packing.channelStep
                    let target = packed + (block * packing.paddedRead + channel) * 12 * packing.outputBlock + lane
                    let storing = min(lanes, packing.outputBlock - lane)
                    for row in 0..<3 {
                        var three = (Vector(), Vector(), Vector())
                        for lane in 0..<max(0, count) {
                            let kernel = kernels + lane * packing.laneStep
                            three.0[lane] = kernel[packing.turned ? 8 - row * 3 : row * 3]
                            three.1[lane] = kernel[packing.turned ? 7 - row * 3 : row * 3 + 1]
                            three.2[lane] = kernel[packing.turned ? 6 - row * 3 : row * 3 + 2]
                        }
                        let line = WinogradLines<width>.kernelLine(three)
                        for frequency in 0..<columns {
                            target.store(
                                line[frequency], at: (row * columns + frequency) * packing.outputBlock, count: storing)
                        }
                    }
                    lane += lanes
                }
            }
        }
    }

    /// Gᵀ u G of every gradient.
    @inline(never)
    static func unpack(_ packing: WinogradPacking, _ packed: Floats, _ weights: Floats) {
        for block in 0..<packing.outputBlocks {
            for channel in 0..<packing.read {
                var lane = 0
                while lane < packing.outputBlock {
                    let output = block * packing.outputBlock + lane
                    let count = min(lanes, packing.outputBlock - lane, packing.written - output)
                    if count <= 0 { break }
                    let source = packed + (block * packing.paddedRead + channel) * packing.outputBlock + lane
                    let kernels = weights + output * packing.laneStep + channel * packing.channelStep
                    transform(packing, source, count: count, to: kernels)
                    lane += lanes
                }
            }
        }
    }

    @inline(__always)
    private static func transform(_ packing: WinogradPacking, _ source: Floats, count: Int, to kernels: Floats) {
        var half = noHalf
        for column in 0..<columns {
            var line = noLine
            for row in 0..<rows {
                line[row] = source.vector(at: (row * columns + column) * packing.frequencyStep, count: count)
            }
            (half[column], half[columns + column], half[2 * columns + column]) =
                WinogradLines<height>.kernelGradientLine(line)
        }
        for row in 0..<3 {
            var line = noLine
            for column in 0..<columns { line[column] = half[row * columns + column] }
            let three = WinogradLines<width>.kernelGradientLine(line)
            for lane in 0..<count {
                let kernel = kernels + lane * packing.laneStep + row * 3
                (kernel[0], kernel[1], kernel[2]) = (three.0[lane], three.1[lane], three.2[lane])
            }
        }
    }
}
