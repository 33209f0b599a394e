extension Opcode {
    package static let plainConvolution = Opcode(rawValue: 30)
}

/// `source, packed weights, bias?, destination, scratch` · ``ConvolutionParameters``
package struct PlainConvolutionInstruction: InstructionDefinition {
    package static var opcode: Opcode { .plainConvolution }
    package static var name: String { "plainConvolution" }
    private let parameters: ConvolutionParameters
    private let source: CheckedImage
    private let destination: CheckedImage
    private let weights: Int
    private let biases: Int
    private let strip: PlainConvolutionStrip

    package init(_ parameters: ParameterBytes, lanes: Int) throws(ParameterError) {
        let parameters = try parameters.load(ConvolutionParameters.self)
        source = try CheckedImage(parameters.source, "source")
        destination = try CheckedImage(parameters.destination, "destination")
        try require(
            source.block == 1 && !source.layout.hasBorder,
            "the source is not plain: its block is \(source.block), or it has a border")
        // Rows of the result are a part of it, with the others as its border.
        try require(
            destination.block == 1 && destination.layout.left == 0 && destination.layout.right == 0,
            "the destination is not plain: its block is \(destination.block), or it has a border")
        try destination.requireSamplesApart("destination")
        try require(parameters.poolHeight == 0, "a convolution of plain images does not pool")
        try require(parameters.groupOutputs == 0, "a convolution of plain images has no groups")
        try Activation.check(parameters.activation, floor: parameters.floor, ceiling: parameters.ceiling)
        let rows = try plainReads(
            "rows", outputs: parameters.outputHeight, of: destination.height, stride: parameters.strideY,
            kernel: parameters.kernelHeight, dilation: parameters.dilationY)
        let columns = try plainReads(
            "columns", outputs: parameters.outputWidth, of: destination.width, stride: parameters.strideX,
            kernel: parameters.kernelWidth, dilation: parameters.dilationX)
        // Parts of the rows count those before them as padding, below zero.
        let limit = 1 << 30
        _ = try check(parameters.padTop, -limit...limit, "the padding")
        let left = try notNegative(parameters.padLeft, "the padding")
        let (channels, filters) = (Int(parameters.source.channels), Int(parameters.destination.channels))
        let width = max(columns, source.width + left)
        try require(
            product(channels, rows + Int(parameters.strideY), width + Int(parameters.strideX) + lanes) < 1 << 40,
            "the padded source is too large")
        try require(rows <= limit, "the result sees \(rows) rows")
        let panel = PlainConvolutionTile.panel(filters: filters, lanes: lanes)
        let depth = product(channels, Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        try require(product(depth, filters + panel) < 1 << 40, "the weights are too many")
        weights = MatrixTile.packedElements(lines: filters, depth: depth, width: panel)
        biases = padded(filters, to: panel)
        strip = PlainConvolutionStrip(parameters, lanes: lanes)
        // The kernel notes places in the strip in 32 bits.
        try require(
            strip.scratchElements <= Int(Int32.max), "the strip of \(strip.scratchElements) elements is too large")
        self.parameters = parameters
    }

    /// A multiply-add for each weight at each position, and what is copied to each strip. Where positions are linear, those beyond the ends
    /// of rows are computed too.
    package func steps(samples: Int) -> Int? {
        let strips = (destination.height + strip.rows - 1) / strip.rows
        let copied = turns(strips, strip.scratchElements)
        let positions =
            strip.isAlongRows
            ? turns(destination.height, destination.width) : turns(strips, strip.rows, strip.rowStep)
        return turns(samples, turns(positions, weights) + copied)
    }

    package func operands(samples: Int) -> [OperandExtent] {
        [
            OperandExtent("source", .read, source, samples: samples),
            OperandExtent("packed weights", .read, elements: weights),
            OperandExtent("bias", .read, elements: biases, isOptional: true),
            OperandExtent("destination", .write, destination, samples: samples),
            OperandExtent("scratch", .scratch, elements: strip.scratchElements),
        ]
    }

    /// By rows of the result.
    package var partitions: [Partition] {
        let whole = parameters
        let partition = Partition(
            .rows, units: Int(whole.outputHeight), sharedBytes: 4 * weights, isContiguous: false
        ) { rows in
            Partition.Part(
                parameters: ParameterBytes(whole.withRows(rows, hasAddend: false)).bytes,
                offsets: [Int](repeating: 0, count: 5))
        }
        return [partition]
    }
}

/// How many rows or columns a convolution of plain images reads, those outside of the source among them.
func plainReads(
    _ name: String, outputs: Int32, of destination: Int, stride: Int32, kernel: Int32, dilation: Int32
) throws(ParameterError) -> Int {
    let outputs = try positive(outputs, "the number of output \(name)")
    try require(
        outputs == destination, "the result of \(outputs) \(name) is not the destination's \(destination)")
    let steps = product(outputs - 1, try positive(stride, "the stride"))
    return steps + product(try positive(kernel, "the kernel's size") - 1, try positive(dilation, "the dilation")) + 1
}
