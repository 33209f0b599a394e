import ApusInstructions

extension SeededGenerator {
    /// A random convolution whose factors come in words: all but its limits, its tile and its addend. Samples of the source may be further
    /// apart than they need be.
    ///
    /// - Parameters:
    ///   - fills: whether groups fill whole blocks.
    ///   - isPlain: whether the source has single channels.
    ///   - pooled: whether there are windows of 2 × 2.
    ///   - isUnit: whether strides and dilations are 1.
    ///   - isWhole: whether the only position reads the whole image, border included.
    ///   - greatest: rows and columns of the result, or of windows.
    mutating func wordConvolution(
        channels: (inputs: Int, outputs: Int), groups: Int, fills: Bool, kernel: (height: Int, width: Int),
        isPlain: Bool, pooled: Bool, isUnit: Bool = false,
        isWhole: Bool = false, greatest: (height: Int, width: Int), lanes: Int
    ) -> ConvolutionParameters {
        let window = pooled ? 2 : 1
        let stride = isUnit ? (y: 1, x: 1) : (y: pooled ? 1 : int(1...2), x: pooled || chance(60) ? 1 : 2)
        let dilation =
            isWhole || isUnit ? (y: 1, x: 1) : (y: int(1...2), x: isPlain || chance(70) ? 1 : 2)
        let pad =
            isWhole
            ? (top: int(0...kernel.height - 1), left: int(0...kernel.width - 1)) : (top: int(0...2), left: int(0...2))
        let output = (
            height: window * int(1...greatest.height) + int(0...window - 1),
            width: window * int(1...greatest.width) + int(0...window - 1)
        )
        let read = (
            height: (output.height - 1) * stride.y + (kernel.height - 1) * dilation.y + 1,
            width: (output.width - 1) * stride.x + (kernel.width - 1) * dilation.x + 1
        )
        var source = ImageLayout(
            channels: channels.inputs, height: max(1, read.height - pad.top - int(0...1)),
            width: max(1, read.width - pad.left - int(0...1)), channelBlock: isPlain ? 1 : lanes, top: pad.top,
            left: pad.left)
        source.bottom = Int32(max(0, read.height - pad.top - Int(source.height)))
        source.right = Int32(max(0, read.width - pad.left - Int(source.width)))
        source.sampleStride = Int32(source.sampleElements + int(0...5))
        let destination = layout(
            channels: channels.outputs, height: output.height / window, width: output.width / window, block: lanes)
        var own = ConvolutionParameters(source: source, destination: destination)
        (own.kernelHeight, own.kernelWidth) = (Int32(kernel.height), Int32(kernel.width))
        (own.strideY, own.strideX) = (Int32(stride.y), Int32(stride.x))
        (own.dilationY, own.dilationX) = (Int32(dilation.y), Int32(dilation.x))
        (own.padTop, own.padLeft) = (Int32(pad.top), Int32(pad.left))
        (own.outputHeight, own.outputWidth) = (Int32(output.height), Int32(output.width))
        let parts = groups > 1 && fills ? groups : 1
        (own.inputBlocks, own.outputBlocks) = (Int32(source.blocks / parts), Int32(destination.blocks / parts))
        if groups > 1, parts == 1 {
            own.groupInputs = Int32(channels.inputs / groups)
            own.groupOutputs = Int32(channels.outputs / groups)
        }
        if pooled { (own.poolHeight, own.poolWidth) = (2, 2) }
        return own
    }
}
