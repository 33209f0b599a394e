extension Opcode {
    package static let batchNormGradient = Opcode(rawValue: 86)
}

/// The source's gradient of a batch norm by the batch's own statistics, where the scale's and the bias's gradients are known of
/// the whole batch: with `n = (x − mean) / sqrt(variance + epsilon)`, and M = `count` · the batch's samples,
/// `scale / sqrt(variance + epsilon) · (g − bias gradient / M − n · scale gradient / M)`.
/// Formula: Ioffe and Szegedy (2015), section 3, with its sums taken together.
package struct BatchNormGradientParameters: Sendable, Equatable, BitwiseCopyable {
    package var norm: BatchNormParameters
    /// The layout of the source's gradient.
    package var result: ImageLayout
    /// Elements that each sample of the batch has of a channel, in all of its images.
    package var count: Int32
    package init(norm: BatchNormParameters, result: ImageLayout, count: Int) {
        self.norm = norm
        self.result = result
        self.count = Int32(count)
    }
}

/// `source, destination gradient, scale, mean, variance, scale gradient, bias gradient, source gradient, arguments` ·
/// ``BatchNormGradientParameters``
package struct BatchNormGradientInstruction: InstructionDefinition {
    package static var opcode: Opcode { .batchNormGradient }
    package static var name: String { "batchNormGradient" }
    private let images: CheckedBatchNorm
    private let result: CheckedImage

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(BatchNormGradientParameters.self)
        images = try CheckedBatchNorm(parameters.norm, lanes: lanes, writesDestination: false)
        result = try CheckedImage(parameters.result, "source gradient", isWritten: true)
        try require(result.hasSameSize(as: images.source), "source and source gradient are different images")
        try require(result.block == lanes, "a block is not \(lanes)")
        _ = try positive(parameters.count, "the count")
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, images.source, samples: samples),
            OperandExtent("destination gradient", .read, images.destination, samples: samples),
            images.channels("scale", .read),
            images.channels("mean", .read),
            images.channels("variance", .read),
            images.channels("scale gradient", .read),
            images.channels("bias gradient", .read),
            OperandExtent("source gradient", .write, result, samples: samples),
            .arguments,
        ]
    }

    package func sharedPlaces(samples: Int) -> [SharedPlace] {
        [images.source, images.destination].enumerated()
            .filter { $0.element.layout == result.layout }.map { SharedPlace($0.offset, with: 7) }
    }
}
