/// The sizes of weights and of what they are packed to.
struct CheckedPacking: Sendable {
    let form: PackParameters.Form
    let tile: WinogradTile
    /// Whether not all places of the kernel are packed.
    let isPart: Bool
    /// Whether the weights of groups are transformed.
    let isGroupedTransform: Bool
    /// Elements of the weights.
    let weights: Int
    /// Elements of the packed weights.
    let packed: Int

    init(_ bytes: ParameterBytes) throws(ParameterError) {
        let parameters = try bytes.load(PackParameters.self)
        guard let form = PackParameters.Form(rawValue: parameters.form) else {
            throw ParameterError("there is no packed form \(parameters.form)")
        }
        let outputs = try positive(parameters.outputs, "the number of outputs")
        let inputs = try positive(parameters.inputs, "the number of inputs")
        let groups = try positive(parameters.groups, "the number of groups")
        let outputBlock = try positive(parameters.outputBlock, "the output block")
        let inputBlock = try positive(parameters.inputBlock, "the input block")
        let groupedBlocks = try flag(parameters.groupedBlocks, "the choice of grouped blocks")
        let kernelHeight = try positive(parameters.kernelHeight, "the kernel's height")
        let kernelWidth = try positive(parameters.kernelWidth, "the kernel's width")
        try require(
            inputs % groups == 0 && outputs % groups == 0,
            "\(inputs) inputs and \(outputs) outputs are not \(groups) equal groups")
        isPart = parameters.stored.height != 0
        let storedPlaces =
            isPart ? try Self.storedPlaces(parameters, kernelHeight, kernelWidth) : product(kernelHeight, kernelWidth)
        var kernel = product(kernelHeight, kernelWidth)
        tile = parameters.tile
        isGroupedTransform = tile != .none && groups > 1
        if tile != .none {
            try require(
                tile == .row || WinogradTile.squares.contains(tile),
                "there is no tile of \(tile.height) × \(tile.width)")
            try require(
                (form == .forward || form == .transposed) && kernelHeight == 3 && kernelWidth == 3 && !isPart,
                "only the weights of a 3 × 3 convolution are transformed")
            if isGroupedTransform { try Self.checkTransformedGroups(parameters, form) }
            kernel = tile.frequencies
        }
        switch form {
        case .forward:
            let reads = isGroupedTransform && !groupedBlocks ? inputBlock : groupedBlocks ? inputs / groups : inputs
            packed = product(padded(outputs, to: outputBlock), padded(reads, to: inputBlock), kernel)
        case .transposed:
            let reads = groupedBlocks ? outputs / groups : outputs
            packed = product(padded(inputs, to: outputBlock), padded(reads, to: inputBlock), kernel)
        case .depthwise, .depthwiseTransposed:
            packed = product(padded(outputs, to: outputBlock), kernel)
        }
        let isDepthwise = form == .depthwise || form == .depthwiseTransposed
        weights = product(outputs, isDepthwise ? 1 : inputs / groups, storedPlaces)
        self.form = form
    }

    /// Checks that groups whose weights are transformed fill blocks, or blocks hold as many of one side as of the other.
    private static func checkTransformedGroups(
        _ parameters: PackParameters, _ form: PackParameters.Form
    ) throws(ParameterError) {
        let (reads, writes) = (parameters.inputs / parameters.groups, parameters.outputs / parameters.groups)
        let (inputBlock, outputBlock) = (parameters.inputBlock, parameters.outputBlock)
        let fills = reads.isMultiple(of: inputBlock) && writes.isMultiple(of: outputBlock)
        let shares =
            reads > 0 && writes > 0 && inputBlock.isMultiple(of: reads) && outputBlock.isMultiple(of: writes)
            && inputBlock / reads == outputBlock / writes && parameters.inputs.isMultiple(of: inputBlock)
        try require(
            form == .forward && parameters.tile != .row && (parameters.groupedBlocks == 1 ? fills : shares),
            "weights of \(parameters.groups) groups of \(reads) inputs and \(writes) outputs are not transformed for blocks of "
                + "\(inputBlock) and \(outputBlock)")
    }

    /// Checks that the packed places are stored ones.
    private static func storedPlaces(
        _ parameters: PackParameters, _ kernelHeight: Int, _ kernelWidth: Int
    ) throws(ParameterError) -> Int {
        let stored = parameters.stored
        let height = try positive(stored.height, "the stored kernel's height")
        let width = try positive(stored.width, "the stored kernel's width")
        let firstRow = try notNegative(stored.firstRow, "the first row of the stored kernel")
        let firstColumn = try notNegative(stored.firstColumn, "the first column of the stored kernel")
        let rowStep = try positive(stored.rowStep, "the step of stored rows")
        let columnStep = try positive(stored.columnStep, "the step of stored columns")
        try require(
            firstRow + product(kernelHeight - 1, rowStep) < height
                && firstColumn + product(kernelWidth - 1, columnStep) < width,
            "\(kernelHeight) × \(kernelWidth) places are packed of a kernel of \(height) × \(width) that has fewer")
        return product(height, width)
    }
}
