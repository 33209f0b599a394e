import ApusInstructions

/// A random 3 × 3 convolution for Winograd's algorithm, and its results by plain loops over the logical layout.
struct WinogradCase: CustomStringConvertible {
    let seed: Int
    let samples: Int
    let inputs: Int
    let outputs: Int
    /// Groups of channels.
    let groups: Int
    /// Whether the weights are packed for the input gradient: `weights` are then `[inputs, outputs, 3, 3]`.
    let transposed: Bool
    let parameters: WinogradParameters
    let source: [Float]
    let weights: [Float]
    let bias: [Float]?
    let addend: [Float]?

    var description: String {
        "seed \(seed): \(samples) × \(inputs) -> \(outputs) channels, transposed \(transposed), \(parameters)"
    }

    /// - Parameters:
    ///   - inputs: the number of input channels, if it is not random.
    ///   - isGrouped: whether there are groups of channels: of whole blocks, or some in each block.
    ///   - numbers: so many random numbers.
    init(
        seed: Int, lanes: Int, tile: WinogradTile, pooled: Bool, transposed: Bool = false, inputs: Int? = nil,
        isGrouped: Bool = false,
        numbers: (inout SeededGenerator, Int) -> [Float] = { $0.wholeNumbers($1) }
    ) {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        self.transposed = transposed
        samples = random.int(1...3)
        let channels = random.int(1...40)
        let grouping = isGrouped ? BlockGroups(lanes: lanes, &random) : nil
        groups = grouping?.count ?? 1
        self.inputs = grouping?.inputs ?? inputs ?? channels
        outputs = grouping?.outputs ?? random.int(1...40)
        let pad = (top: random.int(0...2), left: random.int(0...2))
        let output = (height: random.int(pooled ? 2...9 : 1...9), width: random.int(pooled ? 2...15 : 1...15))
        // What the input tiles reach, trimmed by a row or a column that is part of the border.
        func reach(_ outputs: Int, of multiple: Int) -> Int {
            ((pooled ? outputs / 2 * 2 : outputs) + multiple - 1) / multiple * multiple + 2
        }
        // Where only rows are transformed, rows come in pairs, and pairs of columns in vectors.
        let reaches = (
            height: reach(output.height, of: max(2, Int(tile.height))),
            width: reach(output.width, of: tile == .row ? 2 * lanes : Int(tile.width))
        )
        let height = max(1, output.height + 2 - pad.top - random.int(0...2))
        let width = max(1, output.width + 2 - pad.left - random.int(0...2))
        var layout = ImageLayout(
            channels: self.inputs, height: height, width: width, channelBlock: tile == .row ? 1 : lanes,
            top: pad.top + random.int(0...1),
            left: pad.left + random.int(0...1), bottom: max(0, reaches.height - pad.top - height),
            right: max(0, reaches.width - pad.left - width) + random.int(0...1))
        layout.sampleStride += Int32(random.int(0...1) * 16)
        let window = pooled ? 2 : 1
        var result = ImageLayout(
            channels: outputs, height: output.height / window, width: output.width / window, channelBlock: lanes,
            top: random.int(0...1), left: random.int(0...1), bottom: random.int(0...1), right: random.int(0...1))
        result.sampleStride += Int32(random.int(0...1) * 16)
        var parameters = WinogradParameters(source: layout, destination: result, tile: tile)
        parameters.padTop = Int32(pad.top)
        parameters.padLeft = Int32(pad.left)
        parameters.outputHeight = Int32(output.height)
        parameters.outputWidth = Int32(output.width)
        parameters.activation = random.int(0...2) == 0 ? 2 : Int32(random.int(0...1))
        (parameters.floor, parameters.ceiling) = (Float(random.int(-20...0)), Float(random.int(0...40)))
        if let grouping {
            parameters.groupInputs = Int32(grouping.blocksRead)
            parameters.groupOutputs = Int32(grouping.blocksMade)
        }
        parameters.passTiles = Int32(random.int(1...20))
        parameters.productBlocks = Int32(random.int(1...3) * 2)
        if pooled {
            (parameters.poolHeight, parameters.poolWidth) = (2, 2)
            parameters.argmaxStride = Int32(
                result.blocks * Int(result.height) * Int(result.width) * lanes + random.int(0...1) * 16)
        }
        parameters.addend = ImageLayout(
            channels: outputs, height: Int(result.height), width: Int(result.width), channelBlock: lanes,
            top: random.int(0...1), left: random.int(0...2), bottom: random.int(0...1), right: random.int(0...1))
        parameters.addend.sampleStride += Int32(random.int(0...1) * 16)
        addend =
            pooled || tile == .row || random.chance(50)
            ? nil : numbers(&random, samples * outputs * output.height * output.width)
        self.parameters = parameters
        source = numbers(&random, samples * self.inputs * height * width)
        weights = numbers(&random, outputs * self.inputs / groups * 9)
        bias = random.chance(60) ? numbers(&random, outputs) : nil
    }

    func packing(lanes: Int) -> PackParameters {
        var packing = PackParameters(
            form: transposed ? .transposed : .forward, outputs: transposed ? inputs : outputs,
            inputs: transposed ? outputs : inputs, outputBlock: lanes,
            inputBlock: Int(parameters.source.channelBlock))
        (packing.kernelHeight, packing.kernelWidth) = (3, 3)
        packing.tile = parameters.tile
        packing.groups = Int32(groups)
        packing.groupedBlocks = groups > 1 && inputs / groups % lanes == 0 && outputs / groups % lanes == 0 ? 1 : 0
        return packing
    }

    var opcode: Opcode { parameters.tile == .row ? .winogradRowConvolution : .winogradConvolution }

    func scratch(lanes: Int) -> GuardedFloats {
        GuardedFloats(
            count: parameters.tile == .row
                ? parameters.rowScratchElements(lanes: lanes) : parameters.convolutionScratchElements(lanes: lanes))
    }

    /// The bias in whole blocks.
    func paddedBias(lanes: Int) -> [Float]? {
        bias.map { $0 + Array(repeating: 0, count: (lanes - $0.count % lanes) % lanes) }
    }

    var storedAddend: GuardedFloats? { addend.map { GuardedFloats(parameters.addend.image($0, samples: samples)) } }

    func sourceValue(_ sample: Int, _ channel: Int, _ y: Int, _ x: Int) -> Double {
        let (height, width) = (Int(parameters.source.height), Int(parameters.source.width))
        let (row, column) = (y - Int(parameters.padTop), x - Int(parameters.padLeft))
        guard (0..<height).contains(row), (0..<width).contains(column) else { return 0 }
        return Double(source[((sample * inputs + channel) * height + row) * width + column])
    }

    func weight(_ output: Int, _ channel: Int, _ row: Int, _ column: Int) -> Double {
        let (reads, makes) = (inputs / groups, outputs / groups)
        guard channel / reads == output / makes else { return 0 }
        let index =
            transposed
            ? ((channel * outputs + output) * 3 + 2 - row) * 3 + 2 - column
            : ((output * reads + channel % reads) * 3 + row) * 3 + column
        return Double(weights[index])
    }

    /// The sum at one position, bias and addend included, before the activation.
    func sum(_ sample: Int, _ output: Int, y: Int, x: Int) -> Double {
        var sum = bias.map { Double($0[output]) } ?? 0
        if let addend {
            let (height, width) = (Int(parameters.outputHeight), Int(parameters.outputWidth))
            sum += Double(addend[((sample * outputs + output) * height + y) * width + x])
        }
        for channel in 0..<inputs {
            for row in 0..<3 {
                for column in 0..<3 {
                    sum += sourceValue(sample, channel, y + row, x + column) * weight(output, channel, row, column)
                }
            }
        }
        return sum
    }
}

/// Groups of channels that fill blocks, or of which a block of inputs has as many as one of outputs.
private struct BlockGroups {
    let count: Int
    let inputs: Int
    let outputs: Int
    /// Blocks of a group, or one that holds some.
    let blocksRead: Int
    let blocksMade: Int

    init(lanes: Int, _ random: inout SeededGenerator) {
        if random.chance(50) {
            count = random.int(2...3)
            (blocksRead, blocksMade) = (random.int(1...2), random.int(1...3))
            (inputs, outputs) = (count * blocksRead * lanes, count * blocksMade * lanes)
        } else {
            let (blocks, parts) = (random.int(1...3), random.chance(50) ? 2 : 4)
            count = blocks * parts
            (blocksRead, blocksMade) = (1, 1)
            (inputs, outputs) = (blocks * lanes, blocks * lanes)
        }
    }
}
