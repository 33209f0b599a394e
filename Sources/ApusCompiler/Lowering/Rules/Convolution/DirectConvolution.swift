import ApusGraph
import ApusInstructions

/// What convolutions by their definition, and their gradients, have in common.
struct DirectConvolution {
    let shape: ConvolutionShape
    let lanes: Int

    private var convolution: Convolution2D { shape.convolution }

    /// How the weights are packed for a source of this block.
    func packing(_ form: PackParameters.Form, sourceBlock: Int) -> PackParameters {
        var parameters = PackParameters(
            form: form, outputs: convolution.filters, inputs: shape.channels, outputBlock: lanes,
            inputBlock: sourceBlock)
        parameters.kernelHeight = Int32(convolution.kernel[0])
        parameters.kernelWidth = Int32(convolution.kernel[1])
        parameters.groups = Int32(convolution.groups)
        let (reads, makes) =
            form == .transposed ? (convolution.filters, shape.channels) : (shape.channels, convolution.filters)
        let fills =
            (reads / convolution.groups).isMultiple(of: sourceBlock)
            && (makes / convolution.groups).isMultiple(of: lanes)
        parameters.groupedBlocks = convolution.groups > 1 && fills ? 1 : 0
        return parameters
    }

    /// The parameters that forward convolution and weight gradient share.
    func parameters(
        packing: PackParameters, source: ImageLayout, destination: ImageLayout
    ) -> ConvolutionParameters {
        var parameters = ConvolutionParameters(source: source, destination: destination)
        parameters.kernelHeight = Int32(convolution.kernel[0])
        parameters.kernelWidth = Int32(convolution.kernel[1])
        parameters.strideY = Int32(convolution.stride[0])
        parameters.strideX = Int32(convolution.stride[1])
        parameters.dilationY = Int32(convolution.dilation[0])
        parameters.dilationX = Int32(convolution.dilation[1])
        parameters.padTop = Int32(shape.geometry.padTop)
        parameters.padLeft = Int32(shape.geometry.padLeft)
        parameters.outputHeight = Int32(shape.geometry.outputHeight)
        parameters.outputWidth = Int32(shape.geometry.outputWidth)
        setGroups(&parameters, packing: packing)
        return parameters
    }

    /// The parameters of the input gradient: a convolution of the (dilated) destination gradient.
    func gradientParameters(
        packing: PackParameters, source: ImageLayout, destination: ImageLayout
    ) -> ConvolutionParameters {
        var parameters = ConvolutionParameters(source: source, destination: destination)
        parameters.kernelHeight = Int32(convolution.kernel[0])
        parameters.kernelWidth = Int32(convolution.kernel[1])
        parameters.dilationY = Int32(convolution.dilation[0])
        parameters.dilationX = Int32(convolution.dilation[1])
        parameters.padTop = Int32(shape.gradientPadding.top)
        parameters.padLeft = Int32(shape.gradientPadding.left)
        parameters.outputHeight = Int32(shape.height)
        parameters.outputWidth = Int32(shape.width)
        setGroups(&parameters, packing: packing)
        return parameters
    }

    private func setGroups(_ parameters: inout ConvolutionParameters, packing: PackParameters) {
        let parts = packing.groupedBlocks == 1 ? Int(packing.groups) : 1
        parameters.inputBlocks = Int32(parameters.source.blocks / parts)
        parameters.outputBlocks = Int32(parameters.destination.blocks / parts)
        if convolution.groups > 1, parts == 1, !shape.isDepthwise {
            parameters.groupInputs = parameters.source.channels / Int32(convolution.groups)
            parameters.groupOutputs = parameters.destination.channels / Int32(convolution.groups)
        }
    }

    /// Appends the instruction of a forward convolution or an input gradient.
    ///
    /// - Parameters:
    ///   - addend: for all but depthwise convolutions.
    ///   - multiplyAdds: where it is not all that the site has.
    func emit(
        _ operands: [Place], addend: Place = .none, _ parameters: ConvolutionParameters, _ site: Site, repeats: Int,
        multiplyAdds: Int? = nil, into lowering: inout Lowering
    ) {
        var parameters = parameters
        if !shape.isDepthwise { parameters.tile = CostModel(lanes: lanes).fastestTile(for: parameters) }
        lowering.emit(
            shape.isDepthwise ? .depthwiseConvolution : .convolution,
            shape.isDepthwise ? operands : operands + [addend], parameters, label: site.name,
            multiplyAdds: multiplyAdds ?? site.multiplyAdds, repeats: repeats)
    }
}
