/// The images of a direct convolution or its weight gradient, with every position that is read inside of the source's border.
struct CheckedConvolution: Sendable {
    let parameters: ConvolutionParameters
    let source: CheckedImage
    /// The result's image, or its gradient's.
    let destination: CheckedImage
    /// Rows and columns of positions, before pooling.
    let outputHeight: Int
    let outputWidth: Int
    /// Elements of the packed weights.
    let weights: Int

    /// - Parameters:
    ///   - isDepthwise: whether each output channel reads the input channel of its number, and no other.
    ///   - isWritten: whether the destination is written, so that its samples must be apart.
    init(
        _ bytes: ParameterBytes, lanes: Int, isDepthwise: Bool, isWritten: Bool
    ) throws(ParameterError) {
        try self.init(
            bytes.load(ConvolutionParameters.self), lanes: lanes, isDepthwise: isDepthwise, isWritten: isWritten)
    }

    init(
        _ parameters: ConvolutionParameters, lanes: Int, isDepthwise: Bool, isWritten: Bool
    ) throws(ParameterError) {
        self.parameters = parameters
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination", isWritten: isWritten)
        outputHeight = try positive(parameters.outputHeight, "the output's height")
        outputWidth = try positive(parameters.outputWidth, "the output's width")
        let kernelHeight = try positive(parameters.kernelHeight, "the kernel's height")
        let kernelWidth = try positive(parameters.kernelWidth, "the kernel's width")
        try Self.checkReads(
            "rows", outputs: outputHeight, stride: positive(parameters.strideY, "the stride"),
            kernel: kernelHeight, dilation: positive(parameters.dilationY, "the dilation"),
            padding: Int(parameters.padTop), before: Int(parameters.source.top),
            available: source.height + Int(parameters.source.bottom))
        try Self.checkReads(
            "columns", outputs: outputWidth, stride: positive(parameters.strideX, "the stride"),
            kernel: kernelWidth, dilation: positive(parameters.dilationX, "the dilation"),
            padding: Int(parameters.padLeft), before: Int(parameters.source.left),
            available: source.width + Int(parameters.source.right))
        try require(
            destination.block == lanes, "the destination's block is \(destination.block), not \(lanes)")
        if isDepthwise {
            try require(source.block == lanes, "the source's block is \(source.block), not \(lanes)")
            try require(
                parameters.source.channels == parameters.destination.channels,
                "a depthwise convolution has \(parameters.source.channels) inputs and "
                    + "\(parameters.destination.channels) outputs")
            weights = product(destination.paddedChannels, kernelHeight, kernelWidth)
        } else {
            try require(
                source.block == 1 || source.block == lanes, "the source's block is \(source.block), not 1 or \(lanes)")
            let inputBlocks = try positive(parameters.inputBlocks, "the number of input blocks")
            let outputBlocks = try positive(parameters.outputBlocks, "the number of output blocks")
            // Kernels go through the blocks of a group by twos, and would not see the end of one that is cut off.
            try require(
                destination.blocks.isMultiple(of: outputBlocks),
                "the destination's \(destination.blocks) blocks are not groups of \(outputBlocks)")
            let groups = destination.blocks / outputBlocks
            try require(
                product(groups, inputBlocks) <= source.blocks,
                "\(groups) groups of \(inputBlocks) blocks are more than the source's \(source.blocks)")
            try Self.checkGroups(parameters, parts: groups, inputBlocks: inputBlocks, source: source)
            weights = product(destination.paddedChannels, inputBlocks, source.block, kernelHeight, kernelWidth)
        }
    }

    /// Checks the groups that do not fill blocks: they are packed as one, and have all channels between them.
    private static func checkGroups(
        _ parameters: ConvolutionParameters, parts: Int, inputBlocks: Int, source: CheckedImage
    ) throws(ParameterError) {
        let inputs = try notNegative(parameters.groupInputs, "the number of inputs of a group")
        let outputs = try notNegative(parameters.groupOutputs, "the number of outputs of a group")
        guard inputs > 0 || outputs > 0 else { return }
        let (sources, results) = (Int(parameters.source.channels), Int(parameters.destination.channels))
        try require(
            inputs > 0 && outputs > 0 && sources.isMultiple(of: inputs) && results.isMultiple(of: outputs)
                && sources / inputs == results / outputs,
            "groups of \(inputs) inputs and \(outputs) outputs do not part \(sources) inputs and \(results) outputs")
        try require(
            parts == 1 && inputBlocks == source.blocks,
            "groups that do not fill blocks are packed as one, not as \(parts)")
    }

    /// Checks that the first and the last position read are inside of the image with its border.
    private static func checkReads(
        _ name: String, outputs: Int, stride: Int, kernel: Int, dilation: Int, padding: Int, before: Int,
        available: Int
    ) throws(ParameterError) {
        let last = product(outputs - 1, stride) + product(kernel - 1, dilation) - padding
        try requireInside(name, first: -padding, last: last, before: before, available: available)
    }

    /// Checks what only a convolution has: activation, pooling, tile and addend. Gives bytes of the argmax of a sample.
    func checkResults(lanes: Int) throws(ParameterError) -> Int {
        let poolHeight = try notNegative(parameters.poolHeight, "the pooling window's height")
        _ = try check(
            parameters.poolWidth, (poolHeight > 0 ? 1 : 0)...Int(Int32.max), "the pooling window's width")
        try Activation.check(parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        try checkResultSize()
        _ = try notNegative(parameters.argmaxStride, "the argmax's stride")
        try require(
            parameters.tile.isComputable(lanes: lanes, for: parameters), "there is no kernel with a \(parameters.tile)")
        return poolHeight > 0 ? destination.imageElements : 0
    }

    /// Checks that the results, pooled where there is a window, are of the destination's size.
    func checkResultSize() throws(ParameterError) {
        let isPooled = parameters.poolHeight > 0
        let height = isPooled ? outputHeight / Int(parameters.poolHeight) : outputHeight
        let width = isPooled ? outputWidth / Int(parameters.poolWidth) : outputWidth
        try require(
            height == destination.height && width == destination.width,
            "the result of \(height) × \(width) is not the destination's \(destination.height) × \(destination.width)")
    }

    /// A multiply-add for each weight at each position.
    func steps(samples: Int) -> Int { turns(samples, outputHeight, outputWidth, weights) }

    /// The gradients that a weight gradient adds to, after what it reads.
    func gradientOperands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, samples: samples),
            OperandExtent("destination gradient", .read, destination, samples: samples),
            OperandExtent("packed weight gradient", .update, elements: weights),
            OperandExtent("bias gradient", .update, elements: destination.paddedChannels, isOptional: true),
        ]
    }
}

/// Checks that places from `first` to `last` are inside of an image with its border.
///
/// - Parameters:
///   - before: rows or columns of the border before the image.
///   - available: rows or columns from the image's first on, border included.
func requireInside(
    _ name: String, first: Int, last: Int, before: Int, available: Int
) throws(ParameterError) {
    guard first >= -before, last < available, first < available, last >= -before else {
        throw ParameterError(
            "\(name) \(first) to \(last) are read, but the source has \(-before) to \(available - 1)")
    }
}
