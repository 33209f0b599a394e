// How convolutions, depthwise ones among them, are cut: into rows of their results, and into blocks of channels.

extension ConvolutionParameters {
    /// Rows and columns of a pooling window; 1 × 1 where there is no pooling.
    private var window: (height: Int, width: Int) { poolHeight > 0 ? (Int(poolHeight), Int(poolWidth)) : (1, 1) }

    /// Rows of the result.
    private var placeRows: Int { Int(outputHeight) / window.height }

    /// Elements of the packed weights of one output block.
    func blockWeights(lanes: Int, isDepthwise: Bool) -> Int {
        let inputs = isDepthwise ? 1 : Int(inputBlocks) * Int(source.channelBlock)
        return inputs * Int(kernelHeight) * Int(kernelWidth) * lanes
    }

    /// By rows of the result. The argmaxes of a block lie together, in the order of the whole image: they must be left out.
    func rowPartition(lanes: Int, isDepthwise: Bool) -> Partition {
        let whole = self
        // A tile's rows stay together.
        let unit = max(1, Int(tile.rows) / window.height)
        let weights = destination.blocks * blockWeights(lanes: lanes, isDepthwise: isDepthwise)
        return Partition(
            .rows, units: (placeRows + unit - 1) / unit, sharedBytes: 4 * weights, isContiguous: false, absent: 4
        ) {
            units in
            let rows = units.lowerBound * unit..<min(units.upperBound * unit, whole.placeRows)
            return Partition.Part(
                parameters: ParameterBytes(whole.withRows(rows, hasAddend: !isDepthwise)).bytes,
                offsets: [Int](repeating: 0, count: 6))
        }
    }

    /// The same convolution for some rows of its result: the others count as parts of the borders.
    ///
    /// - Parameter hasAddend: whether the layout of an addend is one, as it is of **convolution** alone. What others have in its place
    ///   may be anything.
    func withRows(_ rows: Range<Int>, hasAddend: Bool) -> ConvolutionParameters {
        var part = self
        part.outputHeight = Int32(rows.count * window.height)
        part.padTop -= Int32(rows.lowerBound * window.height) * strideY
        part.destination = destination.withRows(rows)
        if hasAddend { part.addend = addend.withRows(rows) }
        return part
    }

    /// By output blocks, or by groups of them where there are groups.
    func blockPartition(lanes: Int, isDepthwise: Bool) -> Partition? {
        let whole = self
        let blocks = destination.blocks
        let all = isDepthwise ? blocks : Int(outputBlocks)
        // Which channels a block of mixed groups reads depends on its number.
        guard isDepthwise || groupOutputs == 0 else { return nil }
        let isGrouped = isDepthwise || all < blocks
        let unit = isGrouped && !isDepthwise ? all : keepsPairs && !isDepthwise ? 2 : 1
        // Of an odd number the first is computed by itself.
        let lead = unit == 2 && !isGrouped ? blocks % 2 : 0
        let sourceBytes = isGrouped ? 0 : 4 * source.sampleElements
        return Partition(.blocks, units: (blocks - lead + unit - 1) / unit + lead, sharedBytes: sourceBytes) { units in
            func block(_ number: Int) -> Int { number == 0 ? 0 : min(blocks, (number - lead) * unit + lead) }
            let range = block(units.lowerBound)..<block(units.upperBound)
            return whole.part(blocks: range, lanes: lanes, isDepthwise: isDepthwise, isGrouped: isGrouped)
        }
    }

    /// Whether a tile of two blocks adds its terms in another order than a tile of one, which shares scalars.
    private var keepsPairs: Bool { tile.outputs == 2 && tile.rows > 0 && dilationX == 1 && kernelWidth > 2 }

    private func part(blocks: Range<Int>, lanes: Int, isDepthwise: Bool, isGrouped: Bool) -> Partition.Part {
        var part = self
        part.destination = destination.withBlocks(blocks)
        if !isDepthwise { part.addend = addend.withBlocks(blocks) }
        var sourceOffset = 0
        if isDepthwise {
            part.source = source.withBlocks(blocks)
            sourceOffset = blocks.lowerBound * source.blockStride
        } else if isGrouped {
            let group = blocks.lowerBound / Int(outputBlocks)..<blocks.upperBound / Int(outputBlocks)
            let inputs = group.lowerBound * Int(inputBlocks)..<group.upperBound * Int(inputBlocks)
            part.source = source.withBlocks(inputs)
            sourceOffset = inputs.lowerBound * source.blockStride
        } else {
            part.outputBlocks = Int32(blocks.count)
        }
        let first = blocks.lowerBound
        return Partition.Part(
            parameters: ParameterBytes(part).bytes,
            offsets: [
                4 * sourceOffset, 4 * first * blockWeights(lanes: lanes, isDepthwise: isDepthwise), 4 * first * lanes,
                4 * first * destination.blockStride,
                first * Int(destination.height) * Int(destination.width) * lanes,
                isDepthwise ? 0 : 4 * first * addend.blockStride,
            ])
    }
}

extension ImageLayout {
    /// The same memory with some of the image's rows as the image: the others count as its border.
    func withRows(_ rows: Range<Int>) -> ImageLayout {
        var part = self
        part.top += Int32(rows.lowerBound)
        part.bottom += height - Int32(rows.upperBound)
        part.height = Int32(rows.count)
        return part
    }

    /// Some of the image's blocks, as they lie from the first of them on.
    func withBlocks(_ blocks: Range<Int>) -> ImageLayout {
        var part = self
        part.channels = min(channels - Int32(blocks.lowerBound) * channelBlock, Int32(blocks.count) * channelBlock)
        return part
    }
}
