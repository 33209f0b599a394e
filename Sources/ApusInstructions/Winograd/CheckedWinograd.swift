/// The images of a Winograd convolution or its weight gradient, with every input tile inside of the source's border.
struct CheckedWinograd: Sendable {
    let parameters: WinogradParameters
    let source: CheckedImage
    /// The result's image, or its gradient's.
    let destination: CheckedImage
    /// Elements of the packed weights.
    let weights: Int
    private let passTiles: Int
    private let lanes: Int
    /// Elements of the transforms where only rows are transformed.
    private(set) var rowScratch = 0

    init(_ bytes: ParameterBytes, lanes: Int, isWritten: Bool) throws(ParameterError) {
        parameters = try bytes.load(WinogradParameters.self)
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination", isWritten: isWritten)
        self.lanes = lanes
        for (image, name) in [(source, "source"), (destination, "destination")] {
            try require(image.block == lanes, "the \(name)'s block is \(image.block), not \(lanes)")
        }
        let tile = parameters.tile
        try require(WinogradTile.squares.contains(tile), "there is no tile of \(tile.height) × \(tile.width)")
        let (tileHeight, tileWidth) = (Int(tile.height), Int(tile.width))
        passTiles = try positive(parameters.passTiles, "the number of tiles a pass")
        let weightBlocks = try notNegative(parameters.weightBlocks, "the number of the weights' blocks")
        try require(
            weightBlocks == 0 || weightBlocks >= destination.blocks,
            "the weights' \(weightBlocks) blocks are fewer than the destination's \(destination.blocks)")
        let allBlocks = product(tile.frequencies - 1, max(weightBlocks, destination.blocks)) + destination.blocks
        try Self.checkGroups(parameters, source: source, destination: destination, lanes: lanes)
        weights = product(allBlocks, lanes, parameters.blocksRead, lanes)
        let (height, width) = try Self.computed(parameters)
        let (tileRows, tileColumns) = ((height + tileHeight - 1) / tileHeight, (width + tileWidth - 1) / tileWidth)
        if try flag(parameters.unpools, "the choice to unpool") {
            try require(
                parameters.padTop.isMultiple(of: 2) == parameters.padLeft.isMultiple(of: 2),
                "the padding of a pooled source is \(parameters.padTop) × \(parameters.padLeft), not both even or both odd"
            )
            try Self.checkWindows(
                "rows of windows", tiles: tileRows, of: tileHeight, padding: Int(parameters.padTop),
                before: Int(parameters.source.top), available: source.height + Int(parameters.source.bottom))
            try Self.checkWindows(
                "columns of windows", tiles: tileColumns, of: tileWidth, padding: Int(parameters.padLeft),
                before: Int(parameters.source.left), available: source.width + Int(parameters.source.right))
        } else {
            try Self.checkReads(
                "rows", count: tileRows * tileHeight + 2, padding: Int(parameters.padTop),
                before: Int(parameters.source.top), available: source.height + Int(parameters.source.bottom))
            try Self.checkReads(
                "columns", count: tileColumns * tileWidth + 2, padding: Int(parameters.padLeft),
                before: Int(parameters.source.left), available: source.width + Int(parameters.source.right))
        }
    }

    /// Where only rows are transformed.
    init(rows bytes: ParameterBytes, lanes: Int) throws(ParameterError) {
        parameters = try bytes.load(WinogradParameters.self)
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination", isWritten: true)
        self.lanes = lanes
        try require(source.block == 1, "the source's block is \(source.block), not 1")
        try require(destination.block == lanes, "the destination's block is \(destination.block), not \(lanes)")
        let tile = parameters.tile
        try require(tile == .row, "the tile is \(tile.height) × \(tile.width), not 1 × 2")
        try require(parameters.unpools == 0, "the choice to unpool is \(parameters.unpools)")
        try require(
            parameters.groupInputs == 0 && parameters.groupOutputs == 0,
            "there are no groups where only rows are transformed")
        try require(parameters.weightBlocks == 0, "the weights have \(parameters.weightBlocks) blocks of their own")
        passTiles = try positive(parameters.passTiles, "the number of row pairs a pass")
        let (height, width) = try Self.computed(parameters)
        let pairVectors = ((width + 1) / 2 + lanes - 1) / lanes
        try Self.checkReads(
            "rows", count: (height + 1) / 2 * 2 + 2, padding: Int(parameters.padTop),
            before: Int(parameters.source.top), available: source.height + Int(parameters.source.bottom))
        try Self.checkReads(
            "columns", count: product(2, lanes, pairVectors) + 2, padding: Int(parameters.padLeft),
            before: Int(parameters.source.left), available: source.width + Int(parameters.source.right))
        weights = product(tile.frequencies, destination.paddedChannels, source.paddedChannels)
        rowScratch = product(source.paddedChannels, 2 * passTiles + 2, 4 * pairVectors, lanes)
    }

    /// Checks that groups part both images into as many parts of whole blocks.
    private static func checkGroups(
        _ parameters: WinogradParameters, source: CheckedImage, destination: CheckedImage, lanes: Int
    ) throws(ParameterError) {
        let inputs = try notNegative(parameters.groupInputs, "the number of input blocks of a group")
        let outputs = try notNegative(parameters.groupOutputs, "the number of output blocks of a group")
        guard inputs > 0 || outputs > 0 else { return }
        try require(
            inputs > 0 && outputs > 0 && source.blocks.isMultiple(of: inputs)
                && destination.blocks.isMultiple(of: outputs)
                && source.blocks / inputs == destination.blocks / outputs,
            "groups of \(inputs) input blocks and \(outputs) output blocks do not part \(source.blocks) and "
                + "\(destination.blocks)")
        try require(
            Int(parameters.source.channels) == source.paddedChannels,
            "the source's \(parameters.source.channels) channels do not fill the blocks of groups")
        try require(parameters.unpools == 0, "the source of groups is not what windows were pooled to")
    }

    /// Rows and columns that are computed.
    private static func computed(
        _ parameters: WinogradParameters
    ) throws(ParameterError) -> (height: Int, width: Int) {
        let height = try positive(parameters.outputHeight, "the output's height")
        let width = try positive(parameters.outputWidth, "the output's width")
        let window = (parameters.poolHeight, parameters.poolWidth)
        try require(
            window == (0, 0) || window == (2, 2),
            "the pooling window is \(window.0) × \(window.1), not 2 × 2 or none")
        guard window.0 == 2 else { return (height, width) }
        try require(height >= 2 && width >= 2, "no pooling window is whole")
        return (height / 2 * 2, width / 2 * 2)
    }

    /// Checks that the windows that input tiles have a part in are inside of the pooled image with its border.
    private static func checkWindows(
        _ name: String, tiles: Int, of tile: Int, padding: Int, before: Int, available: Int
    ) throws(ParameterError) {
        let odd = padding & 1
        try checkReads(
            name, count: (tiles - 1) * (tile / 2) + (tile + 3 + odd) / 2, padding: (padding + odd) / 2, before: before,
            available: available)
    }

    /// Checks that `count` rows or columns from the first on are inside of the image with its border.
    private static func checkReads(
        _ name: String, count: Int, padding: Int, before: Int, available: Int
    ) throws(ParameterError) {
        try requireInside(
            name, first: -padding, last: count - 1 - padding, before: before, available: available)
    }

    /// Checks what only a convolution has: activation, and the result's size. Gives bytes of the argmax of a sample.
    func checkResults() throws(ParameterError) -> Int {
        try Activation.check(parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        let pooled = parameters.poolHeight == 2
        let (height, width) = (Int(parameters.outputHeight), Int(parameters.outputWidth))
        let (resultHeight, resultWidth) = pooled ? (height / 2, width / 2) : (height, width)
        try require(
            resultHeight == destination.height && resultWidth == destination.width,
            "the result of \(resultHeight) × \(resultWidth) is not the destination's "
                + "\(destination.height) × \(destination.width)")
        _ = try notNegative(parameters.argmaxStride, "the argmax's stride")
        return pooled ? destination.imageElements : 0
    }

    /// Elements of the transforms of the source and of `blocks` blocks of the result or its gradient.
    func scratch(blocks: Int) -> Int {
        product(parameters.tile.frequencies + 1, lanes, passTiles, source.blocks + blocks)
    }

    /// The operands of a convolution, without an addend.
    func operands(samples: Int, argmaxes: Int, scratch: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, samples: samples),
            OperandExtent("packed weights", .read, elements: weights),
            OperandExtent("bias", .read, elements: destination.paddedChannels, isOptional: true),
            OperandExtent("destination", .write, destination, samples: samples),
            OperandExtent(
                "argmax", .write, elements: argmaxes, every: argmaxes > 0 ? Int(parameters.argmaxStride) : 0,
                samples: samples, of: 1, isOptional: true),
            OperandExtent("scratch", .scratch, elements: scratch),
        ]
    }

    /// What products and transforms take. Where only rows are transformed, pairs of columns fill vectors.
    func steps(samples: Int) -> Int {
        let frequencies = parameters.tile.frequencies + 1
        let tiles =
            parameters.tile == .row
            ? turns(2, parameters.rowPairs, parameters.pairVectors(lanes: lanes), lanes)
            : turns(parameters.tileRows, parameters.tileColumns)
        let reads = product(parameters.tile == .row ? source.blocks : parameters.blocksRead, source.block)
        return turns(samples, tiles, frequencies, turns(reads, destination.paddedChannels) + source.paddedChannels)
    }

    /// What the products of all frequencies take. What transforms add is left out.
    func multiplyAdds(samples: Int) -> Int {
        product(
            samples, parameters.tiles, parameters.tile.frequencies,
            min(parameters.blocksRead * lanes, Int(source.layout.channels)), Int(destination.layout.channels))
    }
}
