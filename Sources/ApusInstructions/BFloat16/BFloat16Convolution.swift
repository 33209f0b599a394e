extension Opcode {
    package static let bfloat16Convolution = Opcode(rawValue: 200)
}

/// `source, packed weights, bias, destination, addend?` · ``BFloat16ConvolutionParameters``
package struct BFloat16ConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .bfloat16Convolution }
    package static var name: String { "bfloat16Convolution" }
    private let parameters: BFloat16ConvolutionParameters
    private let convolution: CheckedConvolution
    private let checked: CheckedWordConvolution
    private let lanes: Int

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(BFloat16ConvolutionParameters.self)
        let own = parameters.convolution
        checked = try CheckedWordConvolution(own, .bfloat16(stride: own.strideX), elementsOfWord: 2, lanes: lanes)
        convolution = checked.images
        let resultBytes = parameters.resultBytes
        try require(resultBytes == 2 || resultBytes == 4, "a result has \(resultBytes) bytes, not 2 or 4")
        self.parameters = parameters
        self.lanes = lanes
    }

    package func steps(samples: Int) -> Int? { convolution.steps(samples: samples) }

    package func operands(samples: Int) -> [OperandExtent] {
        let destination = convolution.destination
        return [
            OperandExtent("source", .read, convolution.source, of: 2, samples: samples),
            OperandExtent("packed weights", .read, elements: convolution.weights, of: 2),
            OperandExtent("bias", .read, elements: destination.paddedChannels),
            OperandExtent("destination", .write, destination, of: Int(parameters.resultBytes), samples: samples),
            OperandExtent("addend", .read, checked.addend, of: 2, samples: samples, isOptional: true),
        ]
    }

    /// By rows of the result, or by its blocks.
    package var partitions: [Partition] { [rowPartition, blockPartition].compactMap { $0 } }

    private var rowPartition: Partition {
        let whole = parameters
        return Partition(
            .rows, units: convolution.destination.height, sharedBytes: 2 * convolution.weights, isContiguous: false
        ) { units in
            var part = whole
            part.convolution = whole.convolution.withRows(units, hasAddend: true)
            return Partition.Part(parameters: ParameterBytes(part).bytes, offsets: [Int](repeating: 0, count: 5))
        }
    }

    private var blockPartition: Partition? {
        let (whole, lanes) = (parameters, lanes)
        let own = whole.convolution
        let blocks = convolution.destination.blocks
        // Which channels a block of groups reads depends on its number.
        guard own.hasOneGroup else { return nil }
        let blockWeights = convolution.weights / blocks
        return Partition(.blocks, units: blocks, sharedBytes: 2 * convolution.source.sampleElements) { units in
            var part = whole
            part.convolution.destination = own.destination.withBlocks(units)
            part.convolution.addend = own.addend.withBlocks(units)
            part.convolution.outputBlocks = Int32(units.count)
            let first = units.lowerBound
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    0, 2 * first * blockWeights, 4 * first * lanes,
                    first * own.destination.blockStride * Int(whole.resultBytes),
                    2 * first * own.addend.blockStride,
                ])
        }
    }

    package var choice: String? { "bf16, \(parameters.convolution.tile)" }

    /// Every tile that there is.
    package var candidates: [TuningCandidate] {
        checked.tiles(of: parameters.convolution, lanes: lanes).map { tile in
            var other = parameters
            other.convolution.tile = tile
            return TuningCandidate(parameters: ParameterBytes(other).bytes, name: tile.shape)
        }
    }
}
