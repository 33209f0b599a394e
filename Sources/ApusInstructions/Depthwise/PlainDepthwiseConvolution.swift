extension Opcode {
    package static let plainDepthwiseConvolution = Opcode(rawValue: 28)
}

/// `source, packed weights, bias?, destination, scratch` · ``ConvolutionParameters``
package struct PlainDepthwiseConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .plainDepthwiseConvolution }
    package static var name: String { "plainDepthwiseConvolution" }
    private let parameters: ConvolutionParameters
    private let source: CheckedImage
    private let destination: CheckedImage
    private let paddedChannels: Int
    private let weights: Int
    private let scratch: Int
    private let lanes: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(ConvolutionParameters.self)
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination")
        for (image, name) in [(source, "source"), (destination, "destination")] {
            try require(
                image.block == 1 && !image.layout.hasBorder,
                "the \(name) is not plain: its block is \(image.block), or it has a border")
            try require(
                product(image.height, image.width) >= lanes, "the \(name) has fewer than \(lanes) pixels")
        }
        try destination.requireSamplesApart("destination")
        try require(
            parameters.source.channels == parameters.destination.channels,
            "a depthwise convolution has \(parameters.source.channels) inputs and "
                + "\(parameters.destination.channels) outputs")
        try require(parameters.poolHeight == 0, "a depthwise convolution of plain images does not pool")
        try Activation.check(parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        let rows = try plainReads(
            "rows", outputs: parameters.outputHeight, of: destination.height, stride: parameters.strideY,
            kernel: parameters.kernelHeight, dilation: parameters.dilationY)
        let columns = try plainReads(
            "columns", outputs: parameters.outputWidth, of: destination.width, stride: parameters.strideX,
            kernel: parameters.kernelWidth, dilation: parameters.dilationX)
        let top = try notNegative(parameters.padTop, "the padding")
        let left = try notNegative(parameters.padLeft, "the padding")
        let (height, width) = (max(rows, source.height + top), max(columns, source.width + left))
        try require(product(height + lanes, width + lanes, 2 * lanes) < 1 << 40, "the padded source is too large")
        paddedChannels = padded(Int(source.layout.channels), to: lanes)
        weights = product(paddedChannels, Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        scratch = parameters.plainDepthwiseScratchElements(lanes: lanes)
        self.parameters = parameters
        self.lanes = lanes
    }

    /// A multiply-add for each weight at each position, and what each channel's scratch takes.
    package func steps(samples: Int) -> Int? {
        turns(samples, turns(destination.height, destination.width, weights) + turns(paddedChannels, scratch))
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, samples: samples),
            OperandExtent("packed weights", .read, elements: weights),
            OperandExtent("bias", .read, elements: paddedChannels, isOptional: true),
            OperandExtent("destination", .write, destination, samples: samples),
            OperandExtent("scratch", .scratch, elements: scratch),
        ]
    }

    /// By channels, a block of weights at a time.
    package var partitions: [Partition] {
        let (whole, lanes, channels) = (parameters, lanes, Int(source.layout.channels))
        let blockWeights = Int(parameters.kernelHeight) * Int(parameters.kernelWidth) * lanes
        let partition = Partition(.blocks, units: (channels + lanes - 1) / lanes) { units in
            let range = units.lowerBound * lanes..<min(units.upperBound * lanes, channels)
            var part = whole
            part.source = whole.source.withBlocks(range)
            part.destination = whole.destination.withBlocks(range)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    4 * range.lowerBound * whole.source.blockStride, 4 * units.lowerBound * blockWeights,
                    4 * range.lowerBound, 4 * range.lowerBound * whole.destination.blockStride, 0,
                ])
        }
        return [partition]
    }
}
