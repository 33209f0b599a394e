// How Winograd convolutions are cut: into rows of tiles, and into blocks of channels.

extension WinogradParameters {
    /// Rows of the output that tiles have: where only rows are transformed these go in pairs.
    private var tileRowHeight: Int { tile == .row ? 2 : Int(tile.height) }

    /// Whether the layout of an addend is one. Where only rows are transformed what stands in its place may be anything.
    private var hasAddend: Bool { tile != .row }

    /// By rows of tiles. The argmaxes of a block lie together, in the order of the whole image: they must be left out.
    func rowPartition(weights: Int) -> Partition {
        let whole = self
        let units = (computedHeight + tileRowHeight - 1) / tileRowHeight
        return Partition(.rows, units: units, sharedBytes: 4 * weights, isContiguous: false, absent: 4) { units in
            let first = units.lowerBound * whole.tileRowHeight
            let rows = first..<min(units.upperBound * whole.tileRowHeight, whole.computedHeight)
            return Partition.Part(
                parameters: ParameterBytes(whole.withRows(rows)).bytes, offsets: [Int](repeating: 0, count: 8))
        }
    }

    /// The same convolution for some rows of its output: the others count as parts of the borders.
    private func withRows(_ rows: Range<Int>) -> WinogradParameters {
        let window = poolHeight > 0 ? Int(poolHeight) : 1
        let results = rows.lowerBound / window..<rows.upperBound / window
        var part = self
        part.outputHeight = Int32(rows.count)
        part.padTop -= Int32(rows.lowerBound)
        part.destination = destination.withRows(results)
        if hasAddend { part.addend = addend.withRows(results) }
        return part
    }

    /// By groups of blocks.
    private func groupPartition(lanes: Int) -> Partition {
        let whole = self
        let (inputs, outputs, blocks) = (Int(groupInputs), Int(groupOutputs), destination.blocks)
        return Partition(.blocks, units: blocks / outputs) { groups in
            let range = groups.lowerBound * outputs..<groups.upperBound * outputs
            let read = groups.lowerBound * inputs..<groups.upperBound * inputs
            var part = whole
            part.source = whole.source.withBlocks(read)
            part.destination = whole.destination.withBlocks(range)
            part.addend = whole.addend.withBlocks(range)
            if range.count < blocks { part.weightBlocks = max(whole.weightBlocks, Int32(blocks)) }
            let first = range.lowerBound
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    4 * read.lowerBound * whole.source.blockStride, 4 * first * inputs * lanes * lanes,
                    4 * first * lanes,
                    4 * first * whole.destination.blockStride,
                    first * Int(whole.destination.height) * Int(whole.destination.width) * lanes, 0,
                    4 * first * whole.addend.blockStride, 0,
                ])
        }
    }

    /// By output blocks. Each part transforms the source again, unless there are groups.
    func blockPartition(lanes: Int) -> Partition {
        if groupInputs > 0 { return groupPartition(lanes: lanes) }
        let whole = self
        let blocks = destination.blocks
        let channels = source.blocks * Int(source.channelBlock)
        let transforms =
            tile == .row ? rowScratchElements(lanes: lanes) : source.blocks * tiles * transformVectors * lanes
        // The transforms are written and read.
        let sharedBytes = 4 * (source.sampleElements + 2 * transforms)
        return Partition(.blocks, units: blocks, sharedBytes: sharedBytes) { range in
            var part = whole
            part.destination = whole.destination.withBlocks(range)
            if whole.hasAddend { part.addend = whole.addend.withBlocks(range) }
            if whole.tile != .row, range.count < blocks { part.weightBlocks = max(whole.weightBlocks, Int32(blocks)) }
            let first = range.lowerBound
            let blockWeights = channels * lanes * (whole.tile == .row ? whole.tile.frequencies : 1)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes,
                offsets: [
                    0, 4 * first * blockWeights, 4 * first * lanes, 4 * first * whole.destination.blockStride,
                    first * Int(whole.destination.height) * Int(whole.destination.width) * lanes, 0,
                    whole.hasAddend ? 4 * first * whole.addend.blockStride : 0, 0,
                ])
        }
    }
}
