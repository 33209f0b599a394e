import ApusGraph
import ApusInstructions

// Convolutions by Winograd's minimal filtering.
extension WinogradParameters {
    /// Bytes of transforms that are worth having in the nearest caches at a time, and where there are more weights than
    /// those hold: then it counts more that weights are read seldom.
    private static let scratchBytes = (few: 48 * 1024, many: 512 * 1024, maximum: 2048 * 1024)
    /// The same where only rows are transformed, whose weights are few.
    private static let rowScratchBytes = 16 * 1024
    /// Weights of a pair of output blocks that leave room for the transforms of the source in the same cache. Where there are
    /// more, a frequency's products are computed for all output blocks before those of the next, so that the transforms are
    /// read once and not again for each pair.
    private static let pairBytes = 512 * 1024
    /// The minimum of tiles a pass: with less, weights are read too often.
    static let minimumTiles = 8

    /// Sets how many of a convolution's tiles and of its result's blocks are in the scratch at a time.
    ///
    /// - Parameter limit: bytes that the scratch may have at most; nil: as many as are worth having.
    mutating func setConvolutionPass(lanes: Int, limit: Int?) {
        let (inputs, outputs) = (source.blocks, destination.blocks)
        let pairBytes = tile.frequencies * inputs * 2 * lanes * lanes * 4
        if pairBytes > Self.pairBytes {
            productBlocks = Int32(outputs.roundedUp(to: 2))
            setPass(blocks: inputs + Int(productBlocks), lanes: lanes, scratchBytes: Self.scratchBytes.maximum)
        } else {
            setPass(blocks: inputs + Int(productBlocks), lanes: lanes)
        }
        guard let limit, convolutionScratchElements(lanes: lanes) * 4 > limit else { return }
        productBlocks = 2
        setPass(blocks: inputs + 2, lanes: lanes, scratchBytes: limit)
    }

    /// Sets how many tiles are transformed at a time, where a tile's transforms have `blocks` blocks.
    mutating func setPass(blocks: Int, lanes: Int, scratchBytes: Int? = nil) {
        let weightBytes =
            tile.frequencies * source.blocks * destination.blocks * lanes * lanes * 4
        let scratchBytes =
            scratchBytes ?? min(max(weightBytes, Self.scratchBytes.few), Self.scratchBytes.many)
        let maximum = max(Self.minimumTiles, scratchBytes / (transformVectors * blocks * lanes * 4))
        let passes = (tiles + maximum - 1) / maximum
        passTiles = Int32((tiles + passes - 1) / passes)
    }

    /// Sets how many pairs of rows are transformed at a time, where rows alone are.
    mutating func setRowPass(lanes: Int, limit: Int?) {
        let rowBytes = rowScratchElements(lanes: lanes) / (2 * Int(passTiles) + 2) * 4
        let maximum = max(1, (min(Self.rowScratchBytes, limit ?? .max) / rowBytes - 2) / 2)
        let passes = (rowPairs + maximum - 1) / maximum
        passTiles = Int32((rowPairs + passes - 1) / passes)
    }

    /// Sets which blocks of the source blocks of the result read.
    mutating func setGroups(_ shape: ConvolutionShape, lanes: Int) {
        guard let groups = shape.transformedGroups(lanes: lanes) else { return }
        (groupInputs, groupOutputs) = (Int32(groups.inputs), Int32(groups.outputs))
    }

    /// Sets where the forward convolution's windows lie.
    mutating func setGeometry(_ shape: ConvolutionShape) {
        padTop = Int32(shape.geometry.padTop)
        padLeft = Int32(shape.geometry.padLeft)
        outputHeight = Int32(shape.geometry.outputHeight)
        outputWidth = Int32(shape.geometry.outputWidth)
    }
}

extension ConvolutionShape {
    /// How the weights are transformed and packed for a blocked source.
    func winogradPacking(_ form: PackParameters.Form, tile: WinogradTile, lanes: Int) -> PackParameters {
        var packing = PackParameters(
            form: form, outputs: convolution.filters, inputs: channels, outputBlock: lanes, inputBlock: lanes)
        (packing.kernelHeight, packing.kernelWidth) = (3, 3)
        packing.tile = tile
        if let groups = transformedGroups(lanes: lanes) {
            packing.groups = Int32(convolution.groups)
            packing.groupedBlocks = channels / convolution.groups == groups.inputs * lanes ? 1 : 0
        }
        return packing
    }
}
