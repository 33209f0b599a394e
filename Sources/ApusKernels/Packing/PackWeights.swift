import ApusInstructions

func packWeights(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: PackParameters.self).pointee
    if parameters.tile != .none { return packWinogradWeights(operands, parameters) }
    let packing = Packing(parameters)
    let weights = operands.floats(0)
    var packed = operands.floats(1)
    for outputBlock in 0..<packing.outputBlocks {
        if packing.isWhole(outputBlock) {
            packWholeBlock(packing, weights + outputBlock * packing.outputBlock * packing.laneStep, packed)
            packed += packing.blockElements
            continue
        }
        for inputBlock in 0..<packing.inputBlocks {
            for place in 0..<packing.places {
                for channel in 0..<packing.channelBlock {
                    let row = packing.row(outputBlock, inputBlock, place, channel)
                    for lane in 0..<packing.outputBlock {
                        packed[lane] =
                            lane >= row.firstLane && lane < row.lastLane
                            ? weights[row.weight + lane * packing.laneStep] : 0
                    }
                    packed += packing.outputBlock
                }
            }
        }
    }
}

func unpackWeights(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: PackParameters.self).pointee
    if parameters.tile != .none { return unpackWinogradWeights(operands, parameters) }
    let packing = Packing(parameters)
    var packed = operands.floats(0)
    let weights = operands.floats(1)
    for outputBlock in 0..<packing.outputBlocks {
        for inputBlock in 0..<packing.inputBlocks {
            for place in 0..<packing.places {
                for channel in 0..<packing.channelBlock {
                    let row = packing.row(outputBlock, inputBlock, place, channel)
                    var lane = row.firstLane
                    while lane < row.lastLane {
                        weights[row.weight + lane * packing.laneStep] = packed[lane]
                        lane += 1
                    }
                    packed += packing.outputBlock
                }
            }
        }
    }
}

func padVector(
    _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int
) {
    let parameters = parameters.assumingMemoryBound(to: PadVectorParameters.self).pointee
    let source = operands.floats(0)
    let destination = operands.floats(1)
    for index in 0..<Int(parameters.count) { destination[index] = source[index] }
    for index in Int(parameters.count)..<max(Int(parameters.count), Int(parameters.paddedCount)) {
        destination[index] = 0
    }
}

/// Where each row of packed weights, the lanes of one output block, has its weights.
struct Packing {
    /// A row's real weights are in lanes `firstLane ..< lastLane`, and lane `l`'s weight is at
    /// `weight + l · laneStep`.
    struct Row {
        var firstLane: Int
        var lastLane: Int
        var weight: Int
    }
    let outputBlocks: Int
    let inputBlocks: Int
    let outputBlock: Int
    /// Rows of an input block: 1 for depthwise.
    let channelBlock: Int
    let places: Int
    let laneStep: Int

    /// Columns of the packed kernel, and which of the stored kernel's places they are.
    private let columns: Int
    private let storedColumns: Int
    private let firstPlace: Int
    private let rowStep: Int
    private let columnStep: Int
    private let isPart: Bool
    private let depthwise: Bool
    private let turned: Bool
    private let groupedBlocks: Bool
    /// Channels that are read and written by the layer the packed weights are for, in all and in each group.
    private let written: Int
    let read: Int
    private let groupWritten: Int
    private let groupRead: Int
    private let channelStep: Int

    init(_ parameters: PackParameters) {
        // Raw values, because to compare the cases themselves is a function that the linker shares between modules.
        let exchanged = parameters.form == PackParameters.Form.transposed.rawValue
        let depthwiseTransposed = parameters.form == PackParameters.Form.depthwiseTransposed.rawValue
        depthwise = depthwiseTransposed || parameters.form == PackParameters.Form.depthwise.rawValue
        turned = exchanged || depthwiseTransposed
        groupedBlocks = parameters.groupedBlocks == 1
        places = Int(parameters.kernelHeight) * Int(parameters.kernelWidth)
        outputBlock = Int(parameters.outputBlock)
        channelBlock = depthwise ? 1 : Int(parameters.inputBlock)
        written = Int(exchanged ? parameters.inputs : parameters.outputs)
        read = Int(exchanged ? parameters.outputs : parameters.inputs)
        let groups = depthwise ? 1 : Int(parameters.groups)
        groupWritten = written / groups
        groupRead = read / groups
        outputBlocks = (written + outputBlock - 1) / outputBlock
        inputBlocks = depthwise ? 1 : ((groupedBlocks ? groupRead : read) + channelBlock - 1) / channelBlock
        columns = Int(parameters.kernelWidth)
        isPart = parameters.stored.height > 0
        storedColumns = isPart ? Int(parameters.stored.width) : columns
        firstPlace = Int(parameters.stored.firstRow) * storedColumns + Int(parameters.stored.firstColumn)
        rowStep = Int(parameters.stored.rowStep) * storedColumns
        columnStep = Int(parameters.stored.columnStep)
        let storedPlaces = isPart ? Int(parameters.stored.height) * storedColumns : places
        // Stored weights are [outputs, inputs / groups, places]; depthwise: [outputs, 1, places].
        let stored = depthwise ? 1 : Int(parameters.inputs) / groups
        laneStep = exchanged ? storedPlaces : stored * storedPlaces
        channelStep = exchanged ? stored * storedPlaces : storedPlaces
    }

    /// Whether the lanes of the output block have the weights of all channels, each in the order in which they are stored.
    func isWhole(_ block: Int) -> Bool {
        !depthwise && !turned && !isPart && groupWritten == written && (block + 1) * outputBlock <= written
            && outputBlock % lanes == 0
    }

    /// Elements of a packed output block.
    var blockElements: Int { inputBlocks * places * channelBlock * outputBlock }

    /// The row of channel `channel` of the input block, at kernel place `place`.
    @inline(__always)
    func row(_ output: Int, _ input: Int, _ place: Int, _ channel: Int) -> Row {
        let first = output * outputBlock
        let packedPlace = turned ? places - 1 - place : place
        let offset =
            isPart
            ? firstPlace + packedPlace / columns * rowStep + packedPlace % columns * columnStep : packedPlace
        if depthwise {
            return Row(firstLane: 0, lastLane: min(outputBlock, written - first), weight: first * laneStep + offset)
        }
        let blockGroup = first / groupWritten
        let position = input * channelBlock + channel + (groupedBlocks ? blockGroup * groupRead : 0)
        guard position < read else { return Row(firstLane: 0, lastLane: 0, weight: 0) }
        // Only the lanes of the channel's own group have weights.
        let group = position / groupRead
        let groupFirst = max(first, group * groupWritten)
        let groupLast = min(first + outputBlock, (group + 1) * groupWritten)
        guard groupFirst < groupLast else { return Row(firstLane: 0, lastLane: 0, weight: 0) }
        // The stored index counts the outputs of all groups, but only the inputs of one.
        let weight: Int
        if turned {
            weight = (first - group * groupWritten) * laneStep + position * channelStep + offset
        } else {
            weight = first * laneStep + (position - group * groupRead) * channelStep + offset
        }
        return Row(firstLane: groupFirst - first, lastLane: groupLast - first, weight: weight)
    }
}
