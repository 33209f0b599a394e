extension Opcode {
    package static let convolution = Opcode(rawValue: 16)
}

/// `source, packed weights, bias?, destination, argmax?, addend?` · ``ConvolutionParameters``
package struct ConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .convolution }
    package static var name: String { "convolution" }
    private let convolution: CheckedConvolution
    private let argmaxes: Int
    private let addend: CheckedImage
    private let lanes: Int

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        convolution = try CheckedConvolution(parameters, lanes: lanes, isDepthwise: false, isWritten: true)
        argmaxes = try convolution.checkResults(lanes: lanes)
        addend = try CheckedImage(convolution.parameters.addend, "addend")
        try require(
            addend.hasSameSize(as: convolution.destination) && addend.block == lanes,
            "the addend is not of the destination's image in blocks of \(lanes)")
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { convolution.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let (parameters, destination) = (convolution.parameters, convolution.destination)
        return [
            OperandExtent("source", .read, convolution.source, samples: samples),
            OperandExtent("packed weights", .read, elements: convolution.weights),
            OperandExtent("bias", .read, elements: destination.paddedChannels, isOptional: true),
            OperandExtent("destination", .write, destination, samples: samples),
            OperandExtent(
                "argmax", .write, elements: argmaxes, every: argmaxes > 0 ? Int(parameters.argmaxStride) : 0,
                samples: samples, of: 1, isOptional: true),
            OperandExtent("addend", .read, addend, samples: samples, isOptional: true),
        ]
    }

    package var partitions: [Partition] {
        let parameters = convolution.parameters
        return [
            parameters.rowPartition(lanes: lanes, isDepthwise: false),
            parameters.blockPartition(lanes: lanes, isDepthwise: false),
        ].compactMap { $0 }
    }

    package var choice: String? { "direct, \(convolution.parameters.tile)" }

    /// Every tile that may be the fastest, in the bands of the one it has.
    package var candidates: [TuningCandidate] {
        let own = convolution.parameters.tile
        return ConvolutionTile.all(lanes: lanes, for: convolution.parameters).compactMap { tile in
            var parameters = convolution.parameters
            parameters.tile = tile
            parameters.tile.bandRows = own.bandRows
            // With few sums each waits for the one before it: that is never the fastest where more are possible.
            guard tile.sums >= ConvolutionTile.maximumSums(lanes: lanes) / 4 || parameters.tile == own else {
                return nil
            }
            return TuningCandidate(parameters: ParameterBytes(parameters).bytes, name: parameters.tile.shape)
        }
    }
}
