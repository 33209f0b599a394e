import ApusGraph
import ApusInstructions

/// Convolutions between plain images: what comes from an input, and is read by nobody as an image.
enum PlainConvolution {
    /// A kernel for each channel.
    case depthwise
    /// A kernel of 1 × 1: a product of matrices, whose vectors are pixels. Where the kernel steps over pixels, the others are copied
    /// before.
    case pointwise
    /// Any kernel, without groups, whose vectors are positions.
    case direct

    /// Nil where there is no such kernel, or blocks take less time.
    ///
    /// - Parameter permitted: the algorithms on blocks that may be used.
    init?(
        _ fused: FusedConvolution2D, _ shape: ConvolutionShape, lanes: Int, permitted: ConvolutionAlgorithms
    ) {
        let geometry = shape.geometry
        guard fused.pool == nil, !fused.addend, geometry.padTop >= 0, geometry.padLeft >= 0,
            min(shape.height * shape.width, geometry.outputHeight * geometry.outputWidth) >= lanes
        else { return nil }
        if shape.isDepthwise {
            self = .depthwise
        } else if shape.isPointwise {
            let blocked =
                shape.hasSteps
                ? Self.blockedCycles(fused, shape, lanes: lanes, permitted: permitted)
                : Self.blockedCycles(shape, lanes: lanes)
            guard Self.pointwiseCycles(shape, lanes: lanes) < blocked else { return nil }
            self = .pointwise
        } else if shape.convolution.groups == 1,
            Self.directCycles(fused, shape, lanes: lanes)
                < Self.blockedCycles(fused, shape, lanes: lanes, permitted: permitted)
        {
            self = .direct
        } else {
            return nil
        }
    }

    /// Cycles of a direct convolution: some filters of the last panel aren't there, and some positions are left out where they are
    /// linear. Every strip is copied first.
    private static func directCycles(_ fused: FusedConvolution2D, _ shape: ConvolutionShape, lanes: Int) -> Double {
        let parameters = plainParameters(shape, lanes: lanes)
        let strip = PlainConvolutionStrip(parameters, lanes: lanes)
        let filters = shape.convolution.filters.roundedUp(to: strip.panel)
        let (height, width) = (shape.geometry.outputHeight, shape.geometry.outputWidth)
        let vectors = strip.isAlongRows ? height * width / lanes : (height * strip.rowStep + lanes - 1) / lanes
        let strips = Double(height) / Double(strip.rows)
        let copied = strips * Double(shape.channels * strip.channelStep / lanes)
        let products = Double(filters * shape.channels * strip.places * vectors)
        return products / AlgorithmCost.productsPerCycle + copied * copyCycles
            + Double(filters * vectors) * (strip.isAlongRows ? sumCycles : linearSumCycles)
    }

    /// Cycles of the fastest algorithm on blocks, with what bringing the image to blocks and back takes.
    private static func blockedCycles(
        _ fused: FusedConvolution2D, _ shape: ConvolutionShape, lanes: Int, permitted: ConvolutionAlgorithms
    ) -> Double {
        let geometry = shape.geometry
        let (outputs, kernel) = (shape.convolution.filters, shape.convolution.kernel)
        let pixels = geometry.outputHeight * geometry.outputWidth
        let blocks = (outputs + lanes - 1) / lanes
        let direct =
            Double(blocks * shape.channels * kernel[0] * kernel[1] * pixels) / AlgorithmCost.productsPerCycle
            + Double(blocks * pixels) * sumCycles
            + Double(shape.channels * shape.height * shape.width / lanes) * copyCycles
        let work = ConvolutionProblem(fused, shape, isBlocked: false, lanes: lanes)
        let costs = work.algorithms(permitted: permitted).map { algorithm in
            algorithm == .direct ? direct : AlgorithmCost(lanes: lanes).cycles(of: work, by: algorithm)
        }
        return (costs.min() ?? direct) + Double(4 * pixels * outputs / movedBytes)
    }

    /// Cycles in which a vector of the source is copied, and a sum is stored, at its place or first where sums are linear.
    private static let copyCycles = 3.0
    private static let sumCycles = 2.0
    private static let linearSumCycles = 7.0

    /// Cycles of a pointwise convolution: some pixels of the last vector are computed once more, and some filters of the last panel
    /// aren't there.
    private static func pointwiseCycles(_ shape: ConvolutionShape, lanes: Int) -> Double {
        let filters = shape.convolution.filters
        let padded = filters.roundedUp(to: PointwiseTile.panel(filters: filters, lanes: lanes))
        let vectors = shape.channels * ((shape.resultPixels + lanes - 1) / lanes)
        // Columns that are farther apart are copied one by one.
        let copy = !shape.hasSteps ? 0 : shape.convolution.stride[1] > 2 ? Double(lanes) : copyCycles
        return Double(padded * vectors) / AlgorithmCost.productsPerCycle + Double(vectors) * copy
    }

    /// The same of blocks of filters, without steps, and what bringing the image to blocks and back takes.
    private static func blockedCycles(_ shape: ConvolutionShape, lanes: Int) -> Double {
        let filters = shape.convolution.filters
        let moved = 4 * shape.resultPixels * (shape.channels + filters)
        return Double(filters.roundedUp(to: lanes) * shape.channels * shape.resultPixels / lanes)
            / AlgorithmCost.productsPerCycle + Double(moved / movedBytes)
    }

    /// Bytes that a relayout reads and writes in a cycle.
    private static let movedBytes = 16
}

extension ConvolutionShape {
    /// Whether each pixel of the result is made of one pixel of the source: without steps of that at the same place.
    fileprivate var isPointwise: Bool {
        let stride = convolution.stride
        return convolution.kernel == [1, 1] && convolution.groups == 1
            && geometry.padTop == 0 && geometry.padLeft == 0
            && (geometry.outputHeight - 1) * stride[0] < height && (geometry.outputWidth - 1) * stride[1] < width
            && (hasSteps || resultPixels == height * width)
    }

    /// Whether the kernel steps over pixels.
    fileprivate var hasSteps: Bool { convolution.stride != [1, 1] }

    fileprivate var resultPixels: Int { geometry.outputHeight * geometry.outputWidth }
}

/// The parameters of a convolution between plain images.
private func plainParameters(_ shape: ConvolutionShape, lanes: Int) -> ConvolutionParameters {
    let direct = DirectConvolution(shape: shape, lanes: lanes)
    return direct.parameters(
        packing: direct.packing(.forward, sourceBlock: 1),
        source: ImageLayout(channels: shape.channels, height: shape.height, width: shape.width),
        destination: ImageLayout(
            channels: shape.convolution.filters, height: shape.geometry.outputHeight, width: shape.geometry.outputWidth)
    )
}

extension Lowering {
    /// A direct convolution between plain images.
    mutating func emitPlainDirect(
        _ fused: FusedConvolution2D, _ shape: ConvolutionShape, _ site: Site
    ) throws(LoweringError) {
        let source = try readableOperand(site.operands[0])
        var parameters = plainParameters(shape, lanes: site.lanes)
        let strip = PlainConvolutionStrip(parameters, lanes: site.lanes)
        let weights = try packedPanels(
            site.operands[1], lines: fused.convolution.filters, depth: shape.channels * strip.places,
            width: strip.panel)
        let bias: Place =
            fused.convolution.bias ? .fixed(try paddedVector(site.operands[2], to: strip.panel)) : .none
        let result = try makeOutput(site.results[0])
        (parameters.source, parameters.destination) = (source.layout, result.layout)
        parameters.set(fused.activation)
        let scratch = addScratch("\(site.name) strip", bytes: strip.scratchElements * 4)
        emit(
            .plainConvolution, [source.place, .fixed(weights), bias, result.place, scratch], parameters,
            label: site.name, multiplyAdds: site.multiplyAdds, repeats: source.imageCount)
    }

    /// A pointwise convolution between plain images.
    mutating func emitPlainPointwise(
        _ fused: FusedConvolution2D, _ shape: ConvolutionShape, _ site: Site
    ) throws(LoweringError) {
        let source = try pointwiseSource(shape, site)
        var parameters = PlainPointwiseParameters(
            channels: shape.channels, filters: fused.convolution.filters, pixels: shape.resultPixels, lanes: site.lanes)
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

    /// The pixels that a pointwise convolution reads, as they lie, or where the kernel steps over some, brought together.
    private mutating func pointwiseSource(_ shape: ConvolutionShape, _ site: Site) throws(LoweringError) -> Stored {
        let source = try readableOperand(site.operands[0])
        guard shape.hasSteps else { return source }
        let geometry = shape.geometry
        let picked = addStored(
            "\(site.name) pixels",
            ImageLayout(channels: shape.channels, height: geometry.outputHeight, width: geometry.outputWidth),
            imageCount: source.imageCount)
        let stride = shape.convolution.stride
        func operand(_ images: Stored, _ strides: [Int]) -> StridedOperand {
            StridedOperand(images, strides: [Int(images.layout.sampleStride)] + strides)
        }
        try emitCopy(
            [source.imageCount, shape.channels, geometry.outputHeight, geometry.outputWidth],
            from: operand(source, [shape.height * shape.width, stride[0] * shape.width, stride[1]]),
            to: operand(picked, [shape.resultPixels, geometry.outputWidth, 1]), site)
        return picked
    }
}
