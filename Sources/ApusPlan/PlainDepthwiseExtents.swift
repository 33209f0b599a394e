internal import ApusInstructions

// Depthwise convolutions of plain pictures.

extension Extents {
    func plainDepthwiseConvolution() throws(ParameterError) -> [OperandExtent] {
        let parameters = try load(ConvolutionParameters.self)
        let source = try CheckedImage(parameters.source, "source")
        let destination = try CheckedImage(parameters.destination, "destination")
        for (image, name) in [(source, "source"), (destination, "destination")] {
            try require(
                image.block == 1 && !image.layout.hasBorder,
                "the \(name) is not plain: its block is \(image.block), or it has a border")
            try require(
                product(image.height, image.width) >= lanes, "the \(name) has fewer than \(lanes) pixels")
        }
        try require(
            parameters.source.channels == parameters.destination.channels,
            "a depthwise convolution has \(parameters.source.channels) inputs and "
                + "\(parameters.destination.channels) outputs")
        try require(parameters.poolHeight == 0, "a depthwise convolution of plain pictures does not pool")
        _ = try check(parameters.activation, 0...1, "the activation")
        let rows = try reads(
            "rows", outputs: parameters.outputHeight, of: destination.height, stride: parameters.strideY,
            kernel: parameters.kernelHeight, dilation: parameters.dilationY)
        let columns = try reads(
            "columns", outputs: parameters.outputWidth, of: destination.width, stride: parameters.strideX,
            kernel: parameters.kernelWidth, dilation: parameters.dilationX)
        let top = try notNegative(parameters.padTop, "the padding")
        let left = try notNegative(parameters.padLeft, "the padding")
        let (height, width) = (max(rows, source.height + top), max(columns, source.width + left))
        try require(product(height + lanes, width + lanes, 2 * lanes) < 1 << 40, "the padded source is too large")
        let kernel = product(Int(parameters.kernelHeight), Int(parameters.kernelWidth))
        return [
            extent("source", .read, source),
            extent("packed weights", .read, elements: product(padded(Int(source.layout.channels), to: lanes), kernel)),
            extent("bias", .read, elements: padded(Int(source.layout.channels), to: lanes), isOptional: true),
            extent("destination", .write, destination),
            extent("scratch", .write, elements: parameters.plainDepthwiseScratchElements(lanes: lanes)),
        ]
    }

    /// How many rows or columns are read, those outside of the source among them.
    private func reads(
        _ name: String, outputs: Int32, of destination: Int, stride: Int32, kernel: Int32, dilation: Int32
    ) throws(ParameterError) -> Int {
        let outputs = try positive(outputs, "the number of output \(name)")
        try require(
            outputs == destination, "the result of \(outputs) \(name) is not the destination's \(destination)")
        let steps = product(outputs - 1, try positive(stride, "the stride"))
        return steps + product(try positive(kernel, "the kernel's size") - 1, try positive(dilation, "the dilation"))
            + 1
    }
}
