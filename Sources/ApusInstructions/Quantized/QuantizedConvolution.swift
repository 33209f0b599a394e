extension Opcode {
    package static let quantizedConvolution = Opcode(rawValue: 192)
}

/// `source, packed weights, bias, scale, destination, addend?` · ``QuantizedConvolutionParameters``
package struct QuantizedConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedConvolution }
    package static var name: String { "quantizedConvolution" }
    private let parameters: QuantizedConvolutionParameters
    private let convolution: CheckedConvolution
    private let addend: CheckedImage
    private let lanes: Int

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try bytes.load(QuantizedConvolutionParameters.self)
        let own = parameters.convolution
        convolution = try CheckedConvolution(own, lanes: lanes, isDepthwise: false, isWritten: true)
        addend = try parameters.checkResults(of: convolution, lanes: lanes)
        if convolution.source.block == 1 {
            try require(
                own.kernelWidth % 4 == 0 && own.dilationX == 1,
                "single channels are read by four columns, not by \(own.kernelWidth) every \(own.dilationX)")
        }
        try Self.checkTile(own, convolution, lanes: lanes)
        self.parameters = parameters
        self.lanes = lanes
    }

    /// Checks pooling window and tile, and that the result fits the destination.
    private static func checkTile(
        _ own: ConvolutionParameters, _ convolution: CheckedConvolution, lanes: Int
    ) throws(ParameterError) {
        let isPooled = own.poolHeight != 0 || own.poolWidth != 0
        try require(
            !isPooled || own.poolHeight == 2 && own.poolWidth == 2,
            "the pooling window is \(own.poolHeight) × \(own.poolWidth), not 2 × 2")
        let window = isPooled ? 2 : 1
        let (height, width) = (convolution.outputHeight / window, convolution.outputWidth / window)
        try require(
            height == convolution.destination.height && width == convolution.destination.width,
            "the result of \(height) × \(width) is not the destination's "
                + "\(convolution.destination.height) × \(convolution.destination.width)")
        let rows = Int(own.tile.rows)
        try require(
            own.tile.bandRows == 0
                && ByteTileShape.exists(
                    outputs: Int(own.tile.outputs), rows: rows, columns: Int(own.tile.columns), lanes: lanes)
                && (rows == 0 ? !isPooled : rows == (isPooled ? 2 : 1) && own.strideX == 1),
            "there is no kernel with a \(own.tile)")
        // Places of linear positions are told apart by 32 bits.
        let reach = product(convolution.source.sampleStride, 8)
        try require(rows != 0 || reach <= Int(Int32.max), "samples are too far apart")
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
            OperandExtent("addend", .read, addend, of: 1, samples: samples, isOptional: true),
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
        guard own.groupOutputs == 0, Int(own.outputBlocks) == blocks else { return nil }
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
        let rows = parameters.convolution.poolHeight > 0 ? [2] : parameters.convolution.strideX == 1 ? [0, 1] : [0]
        var list: [TuningCandidate] = []
        for rows in rows {
            for outputs in 1...2 {
                for columns in 1...14
                where ByteTileShape.exists(outputs: outputs, rows: rows, columns: columns, lanes: lanes) {
                    var other = parameters
                    other.convolution.tile = ConvolutionTile(outputs: outputs, rows: rows, columns: columns)
                    list.append(
                        TuningCandidate(
                            parameters: ParameterBytes(other).bytes, name: other.convolution.tile.shape))
                }
            }
        }
        return list
    }
}
