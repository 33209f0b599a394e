extension Opcode {
    package static let quantizedDepthwise = Opcode(rawValue: 195)
}

/// `source, packed weights, bias, scale, destination, addend?` · ``QuantizedConvolutionParameters``
///
/// Output channel `o` reads input channel `o` alone. Source and destination have block V and the same channels, and there is no pooling
/// window. Packed weights are `[block][i][(kernelWidth + 3) / 4][V][4]`, of neighbouring columns, with zeros in places that the kernel
/// hasn't. Group fields and the tile are not used.
package struct QuantizedDepthwiseInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedDepthwise }
    package static var name: String { "quantizedDepthwise" }
    private let parameters: QuantizedConvolutionParameters
    private let convolution: CheckedConvolution
    private let addend: CheckedImage
    /// Bytes of the weights of a block.
    private let blockWeights: Int
    private let lanes: Int

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(QuantizedConvolutionParameters.self)
        let own = parameters.convolution
        convolution = try CheckedConvolution(own, lanes: lanes, isDepthwise: true, isWritten: true)
        addend = try CheckedImage.addend(of: own, convolution, lanes: lanes)
        try parameters.checkResults()
        try require(own.poolHeight == 0 && own.poolWidth == 0, "there is a pooling window")
        try convolution.checkResultSize()
        blockWeights = product(Int(own.kernelHeight), padded(Int(own.kernelWidth), to: 4), lanes)
        self.parameters = parameters
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { convolution.steps(samples: samples) }

    package var factors: FactorType { .bytes }

    package func operands(samples: Int) -> [OperandExtent] {
        let destination = convolution.destination
        return [
            OperandExtent("source", .read, convolution.source, of: 1, samples: samples),
            OperandExtent("packed weights", .read, elements: product(destination.blocks, blockWeights), of: 1),
            OperandExtent("bias", .read, elements: destination.paddedChannels),
            OperandExtent("scale", .read, elements: destination.paddedChannels),
            OperandExtent("destination", .write, destination, of: Int(parameters.resultBytes), samples: samples),
            OperandExtent("addend", .read, addend, of: 1, samples: samples, isOptional: true),
        ]
    }

    /// By blocks of channels, or by rows of the result.
    package var partitions: [Partition] {
        let (whole, lanes, blockWeights) = (parameters, lanes, blockWeights)
        let own = whole.convolution
        let blocks = Partition(.blocks, units: convolution.destination.blocks) { units in
            var part = whole
            part.convolution.source = own.source.withBlocks(units)
            part.convolution.destination = own.destination.withBlocks(units)
            part.convolution.addend = own.addend.withBlocks(units)
            let first = units.lowerBound
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    first * own.source.blockStride, first * blockWeights, 4 * first * lanes, 4 * first * lanes,
                    first * own.destination.blockStride * Int(whole.resultBytes), first * own.addend.blockStride,
                ])
        }
        let rows = Partition(
            .rows, units: convolution.destination.height, sharedBytes: convolution.destination.blocks * blockWeights,
            isContiguous: false
        ) { rows in
            Partition.Part(
                parameters: whole.bytes(with: own.withRows(rows, hasAddend: true)),
                offsets: [Int](repeating: 0, count: 6))
        }
        return [blocks, rows]
    }
}
