extension Opcode {
    package static let quantizedConvolution = Opcode(rawValue: 192)
}

/// `source, packed weights, bias, scale, destination, addend?` · ``QuantizedConvolutionParameters``
package struct QuantizedConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedConvolution }
    package static var name: String { "quantizedConvolution" }
    private let parameters: QuantizedConvolutionParameters
    private let convolution: CheckedConvolution
    private let checked: CheckedWordConvolution
    private let lanes: Int

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(QuantizedConvolutionParameters.self)
        let own = parameters.convolution
        checked = try CheckedWordConvolution(own, .bytes(stride: own.strideX), elementsOfWord: 4, lanes: lanes)
        convolution = checked.images
        try parameters.checkResults()
        self.parameters = parameters
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { convolution.steps(samples: samples) }

    package var multipliesBytes: Bool { true }

    package func operands(samples: Int) -> [OperandExtent] {
        let destination = convolution.destination
        return [
            OperandExtent("source", .read, convolution.source, of: 1, samples: samples),
            OperandExtent("packed weights", .read, elements: convolution.weights, of: 1),
            OperandExtent("bias", .read, elements: destination.paddedChannels),
            OperandExtent("scale", .read, elements: destination.paddedChannels),
            OperandExtent("destination", .write, destination, of: Int(parameters.resultBytes), samples: samples),
            OperandExtent("addend", .read, checked.addend, of: 1, samples: samples, isOptional: true),
        ]
    }

    /// By rows of the result, or by its blocks.
    package var partitions: [Partition] {
        [parameters.rowPartition(of: convolution, sharedBytes: convolution.weights), blockPartition].compactMap { $0 }
    }

    private var blockPartition: Partition? {
        let (whole, lanes) = (parameters, lanes)
        let own = whole.convolution
        let blocks = convolution.destination.blocks
        // Which channels a block of groups reads depends on its number.
        guard own.hasOneGroup else { return nil }
        let blockWeights = convolution.weights / blocks
        return Partition(.blocks, units: blocks, sharedBytes: convolution.source.sampleElements) { units in
            var part = whole
            part.convolution.destination = own.destination.withBlocks(units)
            part.convolution.addend = own.addend.withBlocks(units)
            part.convolution.outputBlocks = Int32(units.count)
            let first = units.lowerBound
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    0, first * blockWeights, 4 * first * lanes, 4 * first * lanes,
                    first * own.destination.blockStride * Int(whole.resultBytes), first * own.addend.blockStride,
                ])
        }
    }

    package var choice: String? { "bytes, \(parameters.convolution.tile)" }

    /// Every tile that there is.
    package var candidates: [TuningCandidate] {
        checked.tiles(of: parameters.convolution, lanes: lanes).map { tile in
            var other = parameters
            other.convolution.tile = tile
            return TuningCandidate(parameters: ParameterBytes(other).bytes, name: tile.shape)
        }
    }
}
