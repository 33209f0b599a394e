import ApusInstructions

extension ConvolutionParameters {
    /// Between plain images, whose samples may lie a little apart, with a random activation. A result may have no rows or columns: then
    /// the convolution is none.
    static func plain(
        source: (channels: Int, height: Int, width: Int), result: (channels: Int, height: Int, width: Int),
        kernel: (Int, Int), stride: (Int, Int), dilation: (Int, Int), pad: (Int, Int),
        _ random: inout SeededGenerator
    ) -> ConvolutionParameters {
        var layout = ImageLayout(channels: source.channels, height: source.height, width: source.width)
        layout.sampleStride += Int32(random.int(0...1) * 16)
        var destination = ImageLayout(
            channels: result.channels, height: max(1, result.height), width: max(1, result.width))
        destination.sampleStride += Int32(random.int(0...1) * 16)
        var parameters = ConvolutionParameters(source: layout, destination: destination)
        (parameters.kernelHeight, parameters.kernelWidth) = (Int32(kernel.0), Int32(kernel.1))
        (parameters.strideY, parameters.strideX) = (Int32(stride.0), Int32(stride.1))
        (parameters.dilationY, parameters.dilationX) = (Int32(dilation.0), Int32(dilation.1))
        (parameters.padTop, parameters.padLeft) = (Int32(pad.0), Int32(pad.1))
        (parameters.outputHeight, parameters.outputWidth) = (Int32(result.height), Int32(result.width))
        parameters.activation = Int32(random.int(0...2))
        (parameters.floor, parameters.ceiling) = (Float(random.int(-20...0)), Float(random.int(0...40)))
        return parameters
    }
}
