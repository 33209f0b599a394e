import ApusInstructions

/// A random convolution: its shape, its parameters, its numbers, and its result by plain loops over the logical layout.
struct ConvolutionCase: CustomStringConvertible {
    let seed: Int
    let samples: Int
    let inputs: Int
    let outputs: Int
    let groups: Int
    let depthwise: Bool
    let groupedBlocks: Bool
    let kernel: (height: Int, width: Int)
    let parameters: ConvolutionParameters
    let source: [Float]
    let weights: [Float]
    let bias: [Float]?
    let addend: [Float]?

    var description: String {
        "seed \(seed): \(samples) × \(inputs) -> \(outputs) channels, \(groups) groups, depthwise \(depthwise), \(parameters)"
    }

    init(seed: Int, lanes: Int, depthwise: Bool, pooled: Bool) {
        var random = SeededGenerator(seed: seed)
        self.seed = seed
        self.depthwise = depthwise
        samples = random.int(1...3)
        switch random.int(0...3) {
        case 0 where !depthwise:
            // Groups that fill blocks.
            groups = random.int(2...3)
            groupedBlocks = true
            inputs = groups * lanes * random.int(1...2)
            outputs = groups * lanes * random.int(1...3)
        case 1 where !depthwise:
            // Groups that don't, packed as one.
            groups = random.int(2...9)
            groupedBlocks = false
            inputs = groups * random.int(1...18)
            outputs = groups * random.int(1...18)
        default:
            inputs = random.int(1...40)
            outputs = depthwise ? inputs : random.int(1...40)
            groups = depthwise ? inputs : 1
            groupedBlocks = false
        }
        kernel = (random.int(1...7), random.int(1...7))
        let stride = (y: random.int(1...3), x: random.chance(60) ? 1 : random.int(2...3))
        let dilation = (y: random.int(1...2), x: random.chance(70) ? 1 : 2)
        let pad = (top: random.int(0...3), left: random.int(0...3))
        let window = !pooled ? (1, 1) : random.chance(60) ? (2, 2) : (random.int(1...4), random.int(1...3))
        // Positions, among them some that fill no window.
        let output = (
            height: window.0 * random.int(1...3) + random.int(0...(window.0 - 1)),
            width: window.1 * random.int(1...(pooled ? 9 : 20)) + random.int(0...(window.1 - 1))
        )
        let read = (
            height: (output.height - 1) * stride.y + (kernel.height - 1) * dilation.y + 1,
            width: (output.width - 1) * stride.x + (kernel.width - 1) * dilation.x + 1
        )
        let height = max(1, read.height - pad.top - random.int(0...2))
        let width = max(1, read.width - pad.left - random.int(0...2))
        var layout = ImageLayout(
            channels: inputs, height: height, width: width,
            channelBlock: depthwise || random.chance(60) ? lanes : 1,
            top: pad.top + random.int(0...1), left: pad.left + random.int(0...1),
            bottom: max(0, read.height - pad.top - height) + random.int(0...1),
            right: max(0, read.width - pad.left - width) + random.int(0...1))
        layout.sampleStride += Int32(random.int(0...1) * 16)
        var result = ImageLayout(
            channels: outputs, height: output.height / window.0, width: output.width / window.1, channelBlock: lanes,
            top: random.int(0...1), left: random.int(0...1), bottom: random.int(0...1),
            right: random.int(0...1))
        result.sampleStride += Int32(random.int(0...1) * 16)
        var parameters = ConvolutionParameters(source: layout, destination: result)
        parameters.kernelHeight = Int32(kernel.height)
        parameters.kernelWidth = Int32(kernel.width)
        parameters.strideY = Int32(stride.y)
        parameters.strideX = Int32(stride.x)
        parameters.dilationY = Int32(dilation.y)
        parameters.dilationX = Int32(dilation.x)
        parameters.padTop = Int32(pad.top)
        parameters.padLeft = Int32(pad.left)
        parameters.outputHeight = Int32(output.height)
        parameters.outputWidth = Int32(output.width)
        parameters.inputBlocks = Int32(groupedBlocks ? layout.blocks / groups : layout.blocks)
        parameters.outputBlocks = Int32(groupedBlocks ? result.blocks / groups : result.blocks)
        if groups > 1, !depthwise, !groupedBlocks, random.chance(80) {
            parameters.groupInputs = Int32(inputs / groups)
            parameters.groupOutputs = Int32(outputs / groups)
        }
        parameters.activation = random.int(0...2) == 0 ? 2 : Int32(random.int(0...1))
        (parameters.floor, parameters.ceiling) = (Float(random.int(-20...0)), Float(random.int(0...40)))
        if pooled {
            parameters.poolHeight = Int32(window.0)
            parameters.poolWidth = Int32(window.1)
            parameters.argmaxStride = Int32(
                result.blocks * Int(result.height) * Int(result.width) * lanes + random.int(0...1) * 16)
        }
        let tiles = ConvolutionTile.all(lanes: lanes, for: parameters)
        parameters.tile = tiles[random.int(0...tiles.count - 1)]
        parameters.tile.bandRows = Int32(random.int(0...4))
        parameters.addend = ImageLayout(
            channels: outputs, height: Int(result.height), width: Int(result.width), channelBlock: lanes,
            top: random.int(0...1), left: random.int(0...2), bottom: random.int(0...1), right: random.int(0...1))
        parameters.addend.sampleStride += Int32(random.int(0...1) * 16)
        addend =
            pooled || depthwise || random.chance(50)
            ? nil : random.wholeNumbers(samples * outputs * output.height * output.width)
        self.parameters = parameters
        source = random.wholeNumbers(samples * inputs * height * width)
        weights = random.wholeNumbers(outputs * (inputs / groups) * kernel.height * kernel.width)
        bias = random.chance(60) ? random.wholeNumbers(outputs) : nil
    }

    /// How the weights are packed, for this convolution or (`transposed`) its input gradient.
    func packing(lanes: Int) -> PackParameters {
        var packing = PackParameters(
            form: depthwise ? .depthwise : .forward, outputs: outputs, inputs: inputs, outputBlock: lanes,
            inputBlock: Int(parameters.source.channelBlock))
        packing.kernelHeight = parameters.kernelHeight
        packing.kernelWidth = parameters.kernelWidth
        packing.groups = Int32(groups)
        packing.groupedBlocks = groupedBlocks ? 1 : 0
        return packing
    }

    /// The source's value at a position of the kernel: zero outside the image.
    func sourceValue(_ sample: Int, _ channel: Int, y: Int, x: Int, row: Int, column: Int) -> Double {
        let (height, width) = (Int(parameters.source.height), Int(parameters.source.width))
        let sourceY = y * Int(parameters.strideY) + row * Int(parameters.dilationY) - Int(parameters.padTop)
        let sourceX = x * Int(parameters.strideX) + column * Int(parameters.dilationX) - Int(parameters.padLeft)
        guard (0..<height).contains(sourceY), (0..<width).contains(sourceX) else { return 0 }
        return Double(source[((sample * inputs + channel) * height + sourceY) * width + sourceX])
    }

    /// The channels that an output channel reads.
    func channels(of output: Int) -> Range<Int> {
        let first = output / (outputs / groups) * (inputs / groups)
        return first..<first + inputs / groups
    }

    func weightIndex(_ output: Int, _ channel: Int, _ row: Int, _ column: Int) -> Int {
        let stored = channel - channels(of: output).lowerBound
        return ((output * (inputs / groups) + stored) * kernel.height + row) * kernel.width + column
    }

    /// The sum at one position, bias included, before the activation.
    func sum(_ sample: Int, _ output: Int, y: Int, x: Int) -> Double {
        var sum = bias.map { Double($0[output]) } ?? 0
        if let addend {
            let (height, width) = (Int(parameters.outputHeight), Int(parameters.outputWidth))
            sum += Double(addend[((sample * outputs + output) * height + y) * width + x])
        }
        for channel in channels(of: output) {
            for row in 0..<kernel.height {
                for column in 0..<kernel.width {
                    sum +=
                        sourceValue(sample, channel, y: y, x: x, row: row, column: column)
                        * Double(weights[weightIndex(output, channel, row, column)])
                }
            }
        }
        return sum
    }
}
