/// The images of a convolution whose factors come in words, with its tile and its addend.
struct CheckedWordConvolution: Sendable {
    let images: CheckedConvolution
    let addend: CheckedImage
    private let own: ConvolutionParameters
    private let shapes: WordTileShapes
    private let elementBytes: Int
    private let lanes: Int

    /// - Parameter elementBytes: bytes of an element of the source, the weights and the addend: words have 4.
    init(
        _ own: ConvolutionParameters, _ shapes: WordTileShapes, elementBytes: Int, lanes: Int
    ) throws(ParameterError) {
        let elementsOfWord = 4 / elementBytes
        images = try CheckedConvolution(own, lanes: lanes, isDepthwise: false, isWritten: true)
        addend = try CheckedImage.addend(of: own, images, lanes: lanes)
        (self.own, self.shapes, self.elementBytes, self.lanes) = (own, shapes, elementBytes, lanes)
        if images.source.block == 1 {
            try require(
                Int(own.kernelWidth).isMultiple(of: elementsOfWord) && own.dilationX == 1,
                "single channels are read by \(elementsOfWord == 4 ? "four" : "two") columns, "
                    + "not by \(own.kernelWidth) every \(own.dilationX)")
        }
        let isPooled = own.poolHeight != 0 || own.poolWidth != 0
        try require(
            !isPooled || own.poolHeight == 2 && own.poolWidth == 2,
            "the pooling window is \(own.poolHeight) × \(own.poolWidth), not 2 × 2")
        try images.checkResultSize()
        let rows = Int(own.tile.rows)
        try require(
            own.tile.bandRows == 0
                && shapes.exists(
                    outputs: Int(own.tile.outputs), rows: rows, columns: Int(own.tile.columns), lanes: lanes)
                && (rows == 0 ? !isPooled : rows == (isPooled ? 2 : 1) && shapes.hasRows(block: images.source.block)),
            "there is no kernel with a \(own.tile)")
        // Places of linear positions are told apart by 32 bits.
        let reach = product(images.source.sampleStride, 8, 4 / elementsOfWord)
        try require(rows != 0 || reach <= Int(Int32.max), "samples are too far apart")
    }

    /// Every tile that there is.
    var tiles: [ConvolutionTile] {
        let rows = own.poolHeight > 0 ? [2] : shapes.hasRows(block: images.source.block) ? [0, 1] : [0]
        return rows.flatMap { rows in
            shapes.outputs(of: own).flatMap { shapes.all(outputs: $0, rows: rows, lanes: lanes) }
        }
    }

    /// What the operands `source, packed weights, bias` touch.
    func sources(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, images.source, of: elementBytes, samples: samples),
            OperandExtent("packed weights", .read, elements: images.weights, of: elementBytes),
            OperandExtent("bias", .read, elements: images.destination.paddedChannels),
        ]
    }

    /// What the operand `addend?` touches.
    func addend(samples: Int) -> OperandExtent {
        OperandExtent("addend", .read, addend, of: elementBytes, samples: samples, isOptional: true)
    }

    /// By rows of the result, or by its blocks, for the operands `source, packed weights, bias, scale?, destination, addend?`.
    ///
    /// - Parameter parameters: the instruction's own with another convolution.
    func partitions(
        resultBytes: Int, hasScale: Bool, hasAddend: Bool,
        _ parameters: @escaping @Sendable (ConvolutionParameters) -> [UInt8]
    ) -> [Partition] {
        let operands = 4 + (hasScale ? 1 : 0) + (hasAddend ? 1 : 0)
        let own = own
        let rows = Partition(
            .rows, units: images.destination.height, sharedBytes: product(elementBytes, images.weights),
            isContiguous: false
        ) { rows in
            Partition.Part(
                parameters: parameters(own.withRows(rows, hasAddend: true)),
                offsets: [Int](repeating: 0, count: operands))
        }
        // Which channels a block of groups reads depends on its number.
        guard own.hasOneGroup else { return [rows] }
        let (elementBytes, lanes) = (elementBytes, lanes)
        let blockWeights = elementBytes * images.weights / images.destination.blocks
        let blocks = Partition(
            .blocks, units: images.destination.blocks,
            sharedBytes: product(elementBytes, images.source.sampleElements)
        ) { units in
            var part = own
            part.destination = own.destination.withBlocks(units)
            part.addend = own.addend.withBlocks(units)
            part.outputBlocks = Int32(units.count)
            let first = units.lowerBound
            let number = 4 * first * lanes
            let result = first * own.destination.blockStride * resultBytes
            let addend = first * own.addend.blockStride * elementBytes
            return Partition.Part(
                parameters: parameters(part),
                offsets: [0, first * blockWeights, number] + (hasScale ? [number] : []) + [result]
                    + (hasAddend ? [addend] : []))
        }
        return [rows, blocks]
    }

    /// The same instruction with each tile that there is.
    ///
    /// - Parameter parameters: the instruction's own with another convolution.
    func candidates(_ parameters: (ConvolutionParameters) -> [UInt8]) -> [TuningCandidate] {
        tiles.map { tile in
            var other = own
            other.tile = tile
            return TuningCandidate(parameters: parameters(other), name: tile.shape)
        }
    }
}

extension CheckedImage {
    /// The addend's image, which has the destination's size. Checks that the fields of what there is not are zero, and the limits.
    static func addend(
        of own: ConvolutionParameters, _ checked: CheckedConvolution, lanes: Int
    ) throws(ParameterError) -> CheckedImage {
        let addend = try CheckedImage(own.addend, "addend")
        try require(
            addend.hasSameSize(as: checked.destination) && addend.block == lanes,
            "the addend is not of the destination's image in blocks of \(lanes)")
        try require(own.activation == 0 && own.argmaxStride == 0, "there is an activation or an argmax")
        try require(own.floor <= own.ceiling, "no number is from \(own.floor) to \(own.ceiling)")
        return addend
    }
}
