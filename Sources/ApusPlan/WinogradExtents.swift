internal import ApusInstructions

// Winograd convolutions and their weight gradients.

extension Extents {
    func winogradConvolution() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(WinogradParameters.self)
        let geometry = try WinogradGeometry(parameters, self)
        let blocks = try positive(parameters.productBlocks, "the number of products' blocks")
        try require(blocks % 2 == 0, "the number of products' blocks is \(blocks), which is not even")
        let addend = try CheckedImage(parameters.addend, "addend")
        try require(
            addend.hasSamePicture(as: geometry.destination) && addend.block == lanes,
            "the addend is not of the destination's picture in blocks of \(lanes)")
        let unpools = parameters.unpools == 1
        let choiceStride = try notNegative(parameters.sourceChoiceStride, "the source choice's stride")
        let choices = unpools ? elements(geometry.source.pictureElements, every: choiceStride) : 0
        return try winogradOperands(parameters, geometry, scratch: geometry.scratch(blocks: blocks))
            + [
                extent("addend", .read, addend, isOptional: true),
                extent("source choice", .read, elements: choices, of: 1, isOptional: !unpools),
            ]
    }

    func winogradRowConvolution() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(WinogradParameters.self)
        let geometry = try WinogradGeometry(rows: parameters, self)
        return try winogradOperands(parameters, geometry, scratch: geometry.rowScratch)
    }

    private func winogradOperands(
        _ parameters: WinogradParameters, _ geometry: WinogradGeometry, scratch: Int
    ) throws(ParameterError) -> [OperandExtent] {
        let destination = geometry.destination
        _ = try check(parameters.activation, 0...1, "the activation")
        let pooled = parameters.poolHeight == 2
        try require(
            parameters.poolHeight == parameters.poolWidth && (pooled || parameters.poolHeight == 0),
            "the pooling window is \(parameters.poolHeight) × \(parameters.poolWidth), not 2 × 2 or none")
        let (height, width) = (Int(parameters.outputHeight), Int(parameters.outputWidth))
        let (resultHeight, resultWidth) = pooled ? (height / 2, width / 2) : (height, width)
        try require(
            resultHeight == destination.height && resultWidth == destination.width,
            "the result of \(resultHeight) × \(resultWidth) is not the destination's "
                + "\(destination.height) × \(destination.width)")
        let choiceStride = try notNegative(parameters.choiceStride, "the choice's stride")
        let choices = pooled ? elements(destination.pictureElements, every: choiceStride) : 0
        return [
            extent("source", .read, geometry.source),
            extent("packed weights", .read, elements: geometry.weights),
            extent("bias", .read, elements: destination.paddedChannels, isOptional: true),
            extent("destination", .write, destination),
            extent("choice", .write, elements: choices, of: 1, isOptional: true),
            extent("scratch", .write, elements: scratch),
        ]
    }

    func winogradWeightGradient() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(WinogradParameters.self)
        let geometry = try WinogradGeometry(parameters, self)
        let destination = geometry.destination
        let tile = parameters.tile
        try require(
            WinogradTile.ofWeightGradients.contains(tile),
            "there is no weight gradient with a tile of \(tile.height) × \(tile.width)")
        try require(parameters.unpools == 0, "the source of a weight gradient is no gradient")
        let choice = try gradientChoice(
            destination, output: (Int(parameters.outputHeight), Int(parameters.outputWidth)),
            window: (parameters.poolHeight, parameters.poolWidth), stride: parameters.choiceStride)
        return [
            extent("source", .read, geometry.source),
            extent("destination gradient", .read, destination),
            extent("packed weight gradient", .update, elements: geometry.weights),
            extent("bias gradient", .update, elements: destination.paddedChannels, isOptional: true),
            extent("scratch", .write, elements: geometry.scratch(blocks: destination.blocks)),
            choice,
        ]
    }
}

/// The pictures of a Winograd convolution, with every square inside of the source's border.
private struct WinogradGeometry {
    let source: CheckedImage
    let destination: CheckedImage
    /// Elements of the packed weights.
    let weights: Int
    private let frequencies: Int
    private let passTiles: Int
    private let lanes: Int

    /// Elements of the transforms where only rows are transformed.
    private(set) var rowScratch = 0

    init(_ parameters: WinogradParameters, _ extents: Extents) throws(ParameterError) {
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination")
        lanes = extents.lanes
        for (image, name) in [(source, "source"), (destination, "destination")] {
            try extents.require(image.block == lanes, "the \(name)'s block is \(image.block), not \(lanes)")
        }
        let tile = parameters.tile
        try extents.require(
            WinogradTile.squares.contains(tile), "there is no tile of \(tile.height) × \(tile.width)")
        frequencies = tile.frequencies
        let (tileHeight, tileWidth) = (Int(tile.height), Int(tile.width))
        passTiles = try extents.positive(parameters.passTiles, "the number of tiles a pass")
        weights = product(frequencies, destination.paddedChannels, source.paddedChannels)
        let (height, width) = try Self.computed(parameters, extents)
        let (tileRows, tileColumns) = ((height + tileHeight - 1) / tileHeight, (width + tileWidth - 1) / tileWidth)
        if try extents.check(parameters.unpools, 0...1, "the choice to unpool") == 1 {
            try extents.require(
                parameters.padTop.isMultiple(of: 2) == parameters.padLeft.isMultiple(of: 2),
                "the padding of a pooled source is \(parameters.padTop) × \(parameters.padLeft), not both even or both odd"
            )
            try Self.checkWindows(
                "rows of windows", tiles: tileRows, of: tileHeight, padding: Int(parameters.padTop),
                before: Int(parameters.source.top),
                available: source.height + Int(parameters.source.bottom))
            try Self.checkWindows(
                "columns of windows", tiles: tileColumns, of: tileWidth, padding: Int(parameters.padLeft),
                before: Int(parameters.source.left),
                available: source.width + Int(parameters.source.right))
            return
        }
        try Self.checkReads(
            "rows", count: tileRows * tileHeight + 2, padding: Int(parameters.padTop),
            before: Int(parameters.source.top), available: source.height + Int(parameters.source.bottom))
        try Self.checkReads(
            "columns", count: tileColumns * tileWidth + 2, padding: Int(parameters.padLeft),
            before: Int(parameters.source.left), available: source.width + Int(parameters.source.right))
    }

    /// Where only rows are transformed.
    init(rows parameters: WinogradParameters, _ extents: Extents) throws(ParameterError) {
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination")
        lanes = extents.lanes
        try extents.require(source.block == 1, "the source's block is \(source.block), not 1")
        try extents.require(
            destination.block == lanes, "the destination's block is \(destination.block), not \(lanes)")
        try extents.require(
            parameters.tile == .row, "the tile is \(parameters.tile.height) × \(parameters.tile.width), not 1 × 2")
        frequencies = parameters.tile.frequencies
        passTiles = try extents.positive(parameters.passTiles, "the number of row pairs a pass")
        let (height, width) = try Self.computed(parameters, extents)
        let pairVectors = ((width + 1) / 2 + lanes - 1) / lanes
        try Self.checkReads(
            "rows", count: (height + 1) / 2 * 2 + 2, padding: Int(parameters.padTop),
            before: Int(parameters.source.top), available: source.height + Int(parameters.source.bottom))
        try Self.checkReads(
            "columns", count: product(2, lanes, pairVectors) + 2, padding: Int(parameters.padLeft),
            before: Int(parameters.source.left), available: source.width + Int(parameters.source.right))
        weights = product(frequencies, destination.paddedChannels, source.paddedChannels)
        rowScratch = product(source.paddedChannels, 2 * passTiles + 2, 4 * pairVectors, lanes)
    }

    /// Rows and columns that are computed.
    private static func computed(
        _ parameters: WinogradParameters, _ extents: Extents
    ) throws(ParameterError) -> (height: Int, width: Int) {
        let height = try extents.positive(parameters.outputHeight, "the output's height")
        let width = try extents.positive(parameters.outputWidth, "the output's width")
        guard parameters.poolHeight == 2 else { return (height, width) }
        try extents.require(height >= 2 && width >= 2, "no pooling window is whole")
        return (height / 2 * 2, width / 2 * 2)
    }

    /// Elements of the transforms of the source and of `blocks` blocks of the result or its gradient.
    func scratch(blocks: Int) -> Int {
        product(frequencies + 1, lanes, passTiles, source.blocks + blocks)
    }

    /// Checks that the windows that squares have a part in are inside of the pooled picture with its border.
    private static func checkWindows(
        _ name: String, tiles: Int, of tile: Int, padding: Int, before: Int, available: Int
    ) throws(ParameterError) {
        let odd = padding & 1
        try checkReads(
            name, count: (tiles - 1) * (tile / 2) + (tile + 3 + odd) / 2, padding: (padding + odd) / 2, before: before,
            available: available)
    }

    /// Checks that `count` rows or columns from the first on are inside of the picture with its border.
    private static func checkReads(
        _ name: String, count: Int, padding: Int, before: Int, available: Int
    ) throws(ParameterError) {
        let last = count - 1 - padding
        guard padding <= before, last < available, -padding < available, last >= -before else {
            throw ParameterError(
                "\(name) \(-padding) to \(last) are read, but the source has \(-before) to \(available - 1)")
        }
    }
}
