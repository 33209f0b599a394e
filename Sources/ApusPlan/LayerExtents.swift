internal import ApusInstructions

// Convolutions, dense layers, and the packing of their weights.

extension Extents {
    func convolution(isDepthwise: Bool) throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(ConvolutionParameters.self)
        let geometry = try ConvolutionGeometry(parameters, self, isDepthwise: isDepthwise)
        let poolHeight = try notNegative(parameters.poolHeight, "the pooling window's height")
        let poolWidth = try check(
            parameters.poolWidth, (poolHeight > 0 ? 1 : 0)...Int(Int32.max), "the pooling window's width")
        _ = try check(parameters.activation, 0...1, "the activation")
        let pooledHeight = poolHeight > 0 ? geometry.outputHeight / poolHeight : geometry.outputHeight
        let pooledWidth = poolHeight > 0 ? geometry.outputWidth / poolWidth : geometry.outputWidth
        let destination = geometry.destination
        try require(
            pooledHeight == destination.height && pooledWidth == destination.width,
            "the result of \(pooledHeight) × \(pooledWidth) is not the destination's "
                + "\(destination.height) × \(destination.width)")
        let choiceStride = try notNegative(parameters.choiceStride, "the choice's stride")
        let choices = poolHeight > 0 ? elements(destination.pictureElements, every: choiceStride) : 0
        try require(
            parameters.tile.isComputable(lanes: lanes, for: parameters),
            "there is no kernel with a \(parameters.tile)")
        let addend = try CheckedImage(parameters.addend, "addend")
        try require(
            addend.hasSamePicture(as: destination) && addend.block == lanes,
            "the addend is not of the destination's picture in blocks of \(lanes)")
        let operands = [
            extent("source", .read, geometry.source),
            extent("packed weights", .read, elements: geometry.weights),
            extent("bias", .read, elements: destination.paddedChannels, isOptional: true),
            extent("destination", .write, destination),
            extent("choice", .write, elements: choices, of: 1, isOptional: true),
        ]
        return isDepthwise ? operands : operands + [extent("addend", .read, addend, isOptional: true)]
    }

    func convolutionWeightGradient(isDepthwise: Bool) throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(ConvolutionParameters.self)
        let geometry = try ConvolutionGeometry(parameters, self, isDepthwise: isDepthwise)
        let destination = geometry.destination
        let operands = [
            extent("source", .read, geometry.source),
            extent("destination gradient", .read, destination),
            extent("packed weight gradient", .update, elements: geometry.weights),
            extent("bias gradient", .update, elements: destination.paddedChannels, isOptional: true),
        ]
        let isPooled = parameters.poolHeight > 0 && !isDepthwise
        if isPooled {
            try require(
                parameters.strideY == 1 && parameters.strideX == 1 && parameters.dilationY == 1
                    && parameters.dilationX == 1 && geometry.source.block == 1,
                "the gradient of a pool is taken with strides and dilations of 1, and a source in blocks of 1 alone")
        }
        let choice = try gradientChoice(
            destination, output: (geometry.outputHeight, geometry.outputWidth),
            window: (isPooled ? parameters.poolHeight : 0, parameters.poolWidth), stride: parameters.choiceStride)
        return isDepthwise ? operands : operands + [choice]
    }

    /// Checks that a weight gradient's `output` is inside of the destination gradient, or that this is what windows of 2 × 2 of it
    /// were pooled to. Gives the extent of the choices.
    func gradientChoice(
        _ destination: CheckedImage, output: (height: Int, width: Int), window: (height: Int32, width: Int32),
        stride: Int32
    ) throws(ParameterError) -> OperandExtent {
        let size = "\(output.height) × \(output.width)"
        guard window.height != 0 else {
            try require(
                output.height <= destination.height && output.width <= destination.width,
                "the gradient of \(size) is larger than \(destination.height) × \(destination.width)")
            return extent("choice", .read, elements: 0, of: 1, isOptional: true)
        }
        try require(
            window == (2, 2), "the pooling window is \(window.height) × \(window.width), not 2 × 2 or none")
        try require(
            output.height / 2 == destination.height && output.width / 2 == destination.width,
            "windows of 2 × 2 of \(size) are not \(destination.height) × \(destination.width)")
        return extent(
            "choice", .read,
            elements: elements(destination.pictureElements, every: try notNegative(stride, "the choice's stride")),
            of: 1)
    }

    func dense() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(DenseParameters.self)
        _ = try check(parameters.activation, 0...1, "the activation")
        let (source, weights, outputs, destination) = try denseElements(parameters)
        return [
            extent("source", .read, elements: source),
            extent("packed weights", .read, elements: weights),
            extent("bias", .read, elements: outputs, isOptional: true),
            extent("destination", .write, elements: destination),
        ]
    }

    func denseWeightGradient() throws(ParameterError) -> [OperandExtent] {
        let (source, weights, outputs, destination) = try denseElements(load(DenseParameters.self))
        return [
            extent("source", .read, elements: source),
            extent("destination gradient", .read, elements: destination),
            extent("packed weight gradient", .update, elements: weights),
            extent("bias gradient", .update, elements: outputs, isOptional: true),
        ]
    }

    private func denseElements(
        _ parameters: DenseParameters
    ) throws(ParameterError) -> (source: Int, weights: Int, outputs: Int, destination: Int) {
        let inputs = try positive(parameters.inputs, "the number of inputs")
        let outputs = padded(try positive(parameters.outputs, "the number of outputs"), to: lanes)
        return (
            elements(inputs, every: try notNegative(parameters.sourceStride, "the source's stride")),
            product(outputs, inputs), outputs,
            elements(outputs, every: try notNegative(parameters.destinationStride, "the destination's stride"))
        )
    }

    func packWeights() throws(ParameterError) -> [OperandExtent] {
        let (weights, packed, _) = try packElements()
        return [
            extent("weights", .read, elements: weights), extent("packed weights", .write, elements: packed),
        ]
    }

    func unpackWeights() throws(ParameterError) -> [OperandExtent] {
        let (weights, packed, form) = try packElements()
        try require(form == .forward || form == .depthwise, "only the forward forms can be unpacked")
        let tile = try load(PackParameters.self).tile
        try require(
            tile == .none || WinogradTile.ofWeightGradients.contains(tile),
            "there is no weight gradient with a tile of \(tile.height) × \(tile.width)")
        return [
            extent("packed weight gradient", .read, elements: packed),
            extent("weight gradient", .write, elements: weights),
        ]
    }

    /// Elements of the weights and of the packed weights.
    private func packElements() throws(ParameterError) -> (weights: Int, packed: Int, form: PackParameters.Form) {
        let parameters = try load(PackParameters.self)
        guard let form = PackParameters.Form(rawValue: parameters.form) else {
            throw ParameterError("there is no packed form \(parameters.form)")
        }
        let outputs = try positive(parameters.outputs, "the number of outputs")
        let inputs = try positive(parameters.inputs, "the number of inputs")
        let groups = try positive(parameters.groups, "the number of groups")
        let outputBlock = try positive(parameters.outputBlock, "the output block")
        let inputBlock = try positive(parameters.inputBlock, "the input block")
        let groupedBlocks = try check(parameters.groupedBlocks, 0...1, "the choice of grouped blocks")
        let kernelHeight = try positive(parameters.kernelHeight, "the kernel's height")
        let kernelWidth = try positive(parameters.kernelWidth, "the kernel's width")
        try require(
            inputs % groups == 0 && outputs % groups == 0,
            "\(inputs) inputs and \(outputs) outputs are not \(groups) equal groups")
        let places = product(kernelHeight, kernelWidth)
        var kernel = places
        let tile = parameters.tile
        if tile != .none {
            try require(
                tile == .row || WinogradTile.squares.contains(tile),
                "there is no tile of \(tile.height) × \(tile.width)")
            try require(
                (form == .forward || form == .transposed) && kernelHeight == 3 && kernelWidth == 3 && groups == 1,
                "only the weights of a 3 × 3 convolution without groups are transformed")
            kernel = tile.frequencies
        }
        let packed: Int
        switch form {
        case .forward:
            let reads = groupedBlocks == 1 ? inputs / groups : inputs
            packed = product(padded(outputs, to: outputBlock), padded(reads, to: inputBlock), kernel)
        case .transposed:
            let reads = groupedBlocks == 1 ? outputs / groups : outputs
            packed = product(padded(inputs, to: outputBlock), padded(reads, to: inputBlock), kernel)
        case .depthwise, .depthwiseTransposed:
            packed = product(padded(outputs, to: outputBlock), kernel)
        }
        let isDepthwise = form == .depthwise || form == .depthwiseTransposed
        return (product(outputs, isDepthwise ? 1 : inputs / groups, places), packed, form)
    }

    func padVector() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(PadVectorParameters.self)
        let count = try notNegative(parameters.count, "the count")
        let padded = try check(parameters.paddedCount, count...Int(Int32.max), "the padded count")
        return [extent("bias", .read, elements: count), extent("padded bias", .write, elements: padded)]
    }

    func padded(_ count: Int, to block: Int) -> Int { (count + block - 1) / block * block }
}

/// The pictures of a convolution, with every position that is read inside of the source's border.
private struct ConvolutionGeometry {
    let source: CheckedImage
    let destination: CheckedImage
    let outputHeight: Int
    let outputWidth: Int
    /// Elements of the packed weights.
    let weights: Int

    init(_ parameters: ConvolutionParameters, _ extents: Extents, isDepthwise: Bool) throws(ParameterError) {
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination")
        outputHeight = try extents.positive(parameters.outputHeight, "the output's height")
        outputWidth = try extents.positive(parameters.outputWidth, "the output's width")
        let kernelHeight = try extents.positive(parameters.kernelHeight, "the kernel's height")
        let kernelWidth = try extents.positive(parameters.kernelWidth, "the kernel's width")
        try Self.checkReads(
            "rows", outputs: outputHeight, stride: extents.positive(parameters.strideY, "the stride"),
            kernel: kernelHeight, dilation: extents.positive(parameters.dilationY, "the dilation"),
            padding: Int(parameters.padTop), before: Int(parameters.source.top),
            available: source.height + Int(parameters.source.bottom))
        try Self.checkReads(
            "columns", outputs: outputWidth, stride: extents.positive(parameters.strideX, "the stride"),
            kernel: kernelWidth, dilation: extents.positive(parameters.dilationX, "the dilation"),
            padding: Int(parameters.padLeft), before: Int(parameters.source.left),
            available: source.width + Int(parameters.source.right))

        let lanes = extents.lanes
        try extents.require(
            destination.block == lanes, "the destination's block is \(destination.block), not \(lanes)")
        if isDepthwise {
            try extents.require(source.block == lanes, "the source's block is \(source.block), not \(lanes)")
            try extents.require(
                parameters.source.channels == parameters.destination.channels,
                "a depthwise convolution has \(parameters.source.channels) inputs and "
                    + "\(parameters.destination.channels) outputs")
            weights = product(destination.paddedChannels, kernelHeight, kernelWidth)
            return
        }
        try extents.require(
            source.block == 1 || source.block == lanes, "the source's block is \(source.block), not 1 or \(lanes)")
        let inputBlocks = try extents.positive(parameters.inputBlocks, "the number of input blocks")
        let outputBlocks = try extents.positive(parameters.outputBlocks, "the number of output blocks")
        let groups = (destination.blocks + outputBlocks - 1) / outputBlocks
        try extents.require(
            product(groups, inputBlocks) <= source.blocks,
            "\(groups) groups of \(inputBlocks) blocks are more than the source's \(source.blocks)")
        weights = product(destination.paddedChannels, inputBlocks, source.block, kernelHeight, kernelWidth)
    }

    /// Checks that the first and the last position read are inside of the picture with its border.
    private static func checkReads(
        _ name: String, outputs: Int, stride: Int, kernel: Int, dilation: Int, padding: Int, before: Int,
        available: Int
    ) throws(ParameterError) {
        let last = product(outputs - 1, stride) + product(kernel - 1, dilation) - padding
        guard padding <= before, last < available, -padding < available, last >= -before else {
            throw ParameterError(
                "\(name) \(-padding) to \(last) are read, but the source has \(-before) to \(available - 1)")
        }
    }
}
