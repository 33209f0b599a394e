import ApusGraph
import ApusInstructions

/// Convolutions between plain images: what comes from an input, and is read by nobody as an image.
enum PlainConvolution {
    /// A kernel for each channel.
    case depthwise
    /// A kernel of 1 × 1: a product of matrices, whose vectors are pixels.
    case pointwise

    /// Nil where there is no such kernel, or blocks take less time.
    init?(_ fused: FusedConvolution2D, _ shape: ConvolutionShape, lanes: Int) {
        let geometry = shape.geometry
        guard fused.pool == nil, !fused.addend, geometry.padTop >= 0, geometry.padLeft >= 0,
            min(shape.height * shape.width, geometry.outputHeight * geometry.outputWidth) >= lanes
        else { return nil }
        if shape.isDepthwise {
            self = .depthwise
        } else if shape.isPointwise,
            Self.pointwiseCycles(shape, lanes: lanes) < Self.blockedCycles(shape, lanes: lanes)
        {
            self = .pointwise
        } else {
            return nil
        }
    }

    /// A cycle for each product of vectors: some pixels of the last vector are computed once more, and some filters of the last
    /// panel aren't there.
    private static func pointwiseCycles(_ shape: ConvolutionShape, lanes: Int) -> Int {
        let filters = shape.convolution.filters
        let padded = filters.roundedUp(to: PointwiseTile.panel(filters: filters, lanes: lanes))
        return padded * shape.channels * ((shape.height * shape.width + lanes - 1) / lanes)
    }

    /// The same of blocks of filters, and what bringing the image to blocks and back takes.
    private static func blockedCycles(_ shape: ConvolutionShape, lanes: Int) -> Int {
        let filters = shape.convolution.filters
        let pixels = shape.height * shape.width
        let moved = 4 * pixels * (shape.channels + filters)
        return filters.roundedUp(to: lanes) * shape.channels * pixels / lanes + moved / movedBytes
    }

    /// Bytes that a relayout reads and writes in a cycle.
    private static let movedBytes = 16
}

extension ConvolutionShape {
    /// Whether each pixel of the result is made of one pixel, at the same place.
    fileprivate var isPointwise: Bool {
        convolution.kernel == [1, 1] && convolution.stride == [1, 1] && convolution.groups == 1
            && geometry.padTop == 0 && geometry.padLeft == 0 && geometry.outputHeight == height
            && geometry.outputWidth == width
    }
}

extension Lowering {
    /// A pointwise convolution between plain images.
    mutating func emitPlainPointwise(
        _ fused: FusedConvolution2D, _ shape: ConvolutionShape, _ site: Site
    ) throws(LoweringError) {
        let source = try readableOperand(site.operands[0])
        var parameters = PlainPointwiseParameters(
            channels: shape.channels, filters: fused.convolution.filters, pixels: shape.height * shape.width,
            lanes: site.lanes)
        parameters.set(fused.activation)
        let weights = try packedPanels(
            site.operands[1], lines: fused.convolution.filters, depth: shape.channels, width: Int(parameters.panel))
        let bias: Place =
            fused.convolution.bias
            ? .fixed(try paddedVector(site.operands[2], to: Int(parameters.panel))) : .none
        let result = try makeOutput(site.results[0])
        parameters.sourceSampleStride = source.layout.sampleStride
        parameters.destinationSampleStride = result.layout.sampleStride
        emit(
            .plainPointwiseConvolution, [source.place, .fixed(weights), bias, result.place], parameters,
            label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
    }
}
