extension Opcode {
    package static let quantizedWinograd = Opcode(rawValue: 203)
}

/// `source, packed weights, bias, scale, destination, addend?, scratch` · ``QuantizedWinogradParameters``
package struct QuantizedWinogradInstruction: InstructionDefinition {
    package static var opcode: Opcode { .quantizedWinograd }
    package static var name: String { "quantizedWinograd" }
    private let parameters: QuantizedWinogradParameters
    private let images: CheckedConvolution
    private let addend: CheckedImage
    private let tiling: QuantizedWinogradTiling
    private let lanes: Int

    package init(_ bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        parameters = try bytes.load(QuantizedWinogradParameters.self)
        let own = parameters.convolution
        images = try CheckedConvolution(own, lanes: lanes, isDepthwise: false, isWritten: true)
        addend = try CheckedImage.addend(of: own, images, lanes: lanes)
        self.lanes = lanes
        try parameters.quantized.checkResults()
        try require(
            own.kernelHeight == 3 && own.kernelWidth == 3,
            "the kernel is \(own.kernelHeight) × \(own.kernelWidth), not 3 × 3")
        try require(
            own.strideY == 1 && own.strideX == 1 && own.dilationY == 1 && own.dilationX == 1,
            "there is a stride or a dilation")
        let window = try notNegative(own.poolHeight, "the pooling window's height")
        try require(
            own.poolWidth == own.poolHeight && (window == 0 || window == 2),
            "the pooling window is \(window) × \(own.poolWidth), not 2 × 2")
        try require(images.source.block == lanes, "the source's block is \(images.source.block), not \(lanes)")
        try require(own.hasOneGroup && Int(own.inputBlocks) == images.source.blocks, "there are groups")
        try images.checkResultSize()
        let passTiles = try positive(parameters.passTiles, "the number of tiles a pass")
        try require(passTiles.isMultiple(of: 4), "the number of tiles a pass is \(passTiles), no multiple of 4")
        tiling = parameters.tiling
        try requireTiles(
            "rows", reads: tiling.sourceRows, padding: Int(own.padTop),
            available: images.source.height + Int(own.source.bottom))
        try requireTiles(
            "columns", reads: tiling.sourceColumns, padding: Int(own.padLeft),
            available: images.source.width + Int(own.source.right))
    }

    package func steps(samples: Int) -> Int? { images.steps(samples: samples) }

    package var factors: FactorType { .bytes }

    /// Products of 16 bits, each of which takes the place of two of bytes.
    package func multiplyAdds(samples: Int) -> Int? {
        product(2, samples, tiling.points, images.source.paddedChannels, images.destination.paddedChannels)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        let destination = images.destination
        let weights = product(
            QuantizedWinogradParameters.points, images.source.paddedChannels, destination.paddedChannels)
        let resultBytes = Int(parameters.quantized.resultBytes)
        return [
            OperandExtent("source", .read, images.source, of: 1, samples: samples),
            OperandExtent("packed weights", .read, elements: weights, of: 2),
            OperandExtent("bias", .read, elements: destination.paddedChannels),
            OperandExtent("scale", .read, elements: destination.paddedChannels),
            OperandExtent("destination", .write, destination, of: resultBytes, samples: samples),
            OperandExtent("addend", .read, addend, of: 1, samples: samples, isOptional: true),
            OperandExtent("scratch", .scratch, bytes: 0..<parameters.scratchBytes(lanes: lanes)),
        ]
    }

    /// By rows of tiles, or by pairs of output blocks, each of which transforms the source again.
    package var partitions: [Partition] { [rowPartition, blockPartition] }

    private var blockWeights: Int {
        product(2 * QuantizedWinogradParameters.points, images.source.paddedChannels, lanes)
    }

    private var rowPartition: Partition {
        let own = parameters.convolution
        let height = images.destination.height
        // A tile's rows of results.
        let rows = own.poolHeight > 0 ? 2 : 4
        return Partition(
            .rows, units: tiling.rows, sharedBytes: product(images.destination.blocks, blockWeights),
            isContiguous: false
        ) { units in
            let rows = rows * units.lowerBound..<min(rows * units.upperBound, height)
            return Partition.Part(
                parameters: parameters.bytes(with: own.withRows(rows, hasAddend: true)),
                offsets: [Int](repeating: 0, count: 7))
        }
    }

    private var blockPartition: Partition {
        let own = parameters.convolution
        let all = images.destination.blocks
        // The transforms are written and read.
        let transforms = product(2, tiling.points, images.source.paddedChannels)
        let resultBytes = Int(parameters.quantized.resultBytes)
        return Partition(
            .blocks, units: (all + 1) / 2, sharedBytes: images.source.sampleElements + 2 * transforms
        ) { units in
            let blocks = 2 * units.lowerBound..<min(2 * units.upperBound, all)
            var part = own
            part.destination = own.destination.withBlocks(blocks)
            part.addend = own.addend.withBlocks(blocks)
            part.outputBlocks = Int32(blocks.count)
            let number = 4 * blocks.lowerBound * lanes
            return Partition.Part(
                parameters: parameters.bytes(with: part),
                offsets: [
                    0, blocks.lowerBound * blockWeights, number, number,
                    blocks.lowerBound * own.destination.blockStride * resultBytes,
                    blocks.lowerBound * own.addend.blockStride, 0,
                ])
        }
    }

    package var choice: String? { "bytes, Winograd, 4 × 4" }
}

/// Checks that what tiles read is inside of the image with its border.
private func requireTiles(_ name: String, reads: Int, padding: Int, available: Int) throws(ParameterError) {
    let end = reads - padding
    try require(end <= available, "tiles read \(end) \(name) from the first on, and there are \(available)")
}
