/// The images and windows of a pooling instruction.
struct CheckedPool: Sendable {
    /// The image that is pooled, or its gradient's.
    let source: CheckedImage
    /// What it is pooled to, or its gradient.
    let destination: CheckedImage
    private let argmaxStride: Int
    private let parameters: PoolParameters

    /// - Parameters:
    ///   - isGradient: whether the source's layout is that of what is written, and not the destination's.
    ///   - isUnpool: whether the windows must lie apart inside of the image.
    init(
        _ bytes: ParameterBytes, lanes: Int, isGradient: Bool = false, isUnpool: Bool = false
    ) throws(ParameterError) {
        let parameters = try bytes.load(PoolParameters.self)
        try self.init(parameters, lanes: lanes, isGradient: isGradient, isUnpool: isUnpool)
    }

    init(
        _ parameters: PoolParameters, lanes: Int, isGradient: Bool = false, isUnpool: Bool = false
    ) throws(ParameterError) {
        self.parameters = parameters
        source = try CheckedImage(parameters.source, "source", isWritten: isGradient)
        destination = try CheckedImage(parameters.destination, "destination", isWritten: !isGradient)
        try require(
            source.block == lanes && destination.block == lanes
                && parameters.source.channels == parameters.destination.channels,
            "source and destination have different channels or a block that is not \(lanes)")
        let windowHeight = try check(parameters.windowHeight, 1...(1 << 16), "the window's height")
        let windowWidth = try check(parameters.windowWidth, 1...(1 << 16), "the window's width")
        let strideY = try positive(parameters.strideY, "the stride")
        let strideX = try positive(parameters.strideX, "the stride")
        let padTop = try check(parameters.padTop, 0...(windowHeight - 1), "the padding")
        let padLeft = try check(parameters.padLeft, 0...(windowWidth - 1), "the padding")
        _ = try flag(parameters.countPadding, "the choice to count padding")
        // Each window has a place inside of the image, or there would be nothing to pool.
        try require(
            product(destination.height - 1, strideY) - padTop < source.height
                && product(destination.width - 1, strideX) - padLeft < source.width,
            "the last window is outside of the source")
        if isUnpool {
            try require(
                padTop == 0 && padLeft == 0 && strideY >= windowHeight && strideX >= windowWidth
                    && product(destination.height - 1, strideY) + windowHeight <= source.height
                    && product(destination.width - 1, strideX) + windowWidth <= source.width,
                "the windows overlap, are padded, or leave the source")
        }
        argmaxStride = try notNegative(parameters.argmaxStride, "the argmax's stride")
    }

    func source(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(name, access, source, samples: samples)
    }

    func destination(_ name: String, _ access: OperandExtent.Access, samples: Int) -> OperandExtent {
        OperandExtent(name, access, destination, samples: samples)
    }

    func argmax(_ access: OperandExtent.Access, samples: Int, isOptional: Bool) -> OperandExtent {
        OperandExtent(
            "argmax", access, elements: destination.imageElements, every: argmaxStride, samples: samples, of: 1,
            isOptional: isOptional)
    }

    /// All places of all windows that are inside of the source, and what a gradient clears.
    func steps(samples: Int) -> Int {
        let places = turns(
            min(Int(parameters.windowHeight), source.height), min(Int(parameters.windowWidth), source.width))
        return turns(samples, turns(destination.imageElements, places) + source.sampleElements)
    }

    /// By blocks of channels, of instructions with the operands `source, destination, argmax?`.
    var partition: Partition { partition(sourceBytes: 4, resultBytes: 4) { ParameterBytes($0).bytes } }

    /// The same where elements have other sizes.
    ///
    /// - Parameter parameters: an instruction's parameters with those of a part.
    func partition(
        sourceBytes: Int, resultBytes: Int, _ parameters: @escaping @Sendable (PoolParameters) -> [UInt8]
    ) -> Partition {
        let whole = self.parameters
        return Partition(.blocks, units: source.blocks) { blocks in
            var part = whole
            part.source = whole.source.withBlocks(blocks)
            part.destination = whole.destination.withBlocks(blocks)
            let first = blocks.lowerBound
            return Partition.Part(
                parameters: parameters(part),
                offsets: [
                    first * whole.source.blockStride * sourceBytes,
                    first * whole.destination.blockStride * resultBytes,
                    first * Int(whole.destination.height * whole.destination.width * whole.destination.channelBlock),
                ])
        }
    }
}
