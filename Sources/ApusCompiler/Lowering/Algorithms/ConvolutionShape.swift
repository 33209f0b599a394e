import ApusGraph

/// The numbers of a convolution whose source is known.
struct ConvolutionShape {
    var convolution: Convolution2D
    var channels: Int
    var height: Int
    var width: Int
    var geometry: WindowGeometry

    /// - Precondition: the source's type is an image that the convolution's shape rule accepted.
    init(_ convolution: Convolution2D, source: TensorType) {
        let shape = source.dimensions.suffix(3).map { $0.number ?? 0 }
        self.convolution = convolution
        channels = shape[0]
        height = shape[1]
        width = shape[2]
        geometry = convolution.geometry(height: height, width: width)
    }

    /// Each channel is convolved with a kernel of its own, and makes one output.
    var isDepthwise: Bool {
        convolution.groups == channels && convolution.filters == channels && convolution.groups > 1
    }

    /// Rows or columns that windows reach beyond an image of `extent`.
    private static func overhang(
        outputs: Int, stride: Int, kernel: Int, dilation: Int, before: Int, extent: Int
    ) -> Int { max(0, (outputs - 1) * stride + (kernel - 1) * dilation - before - (extent - 1)) }

    /// What the forward convolution reads around its source.
    var sourceBorder: Border {
        Border(
            top: geometry.padTop, left: geometry.padLeft,
            bottom: Self.overhang(
                outputs: geometry.outputHeight, stride: convolution.stride[0], kernel: convolution.kernel[0],
                dilation: convolution.dilation[0], before: geometry.padTop, extent: height),
            right: Self.overhang(
                outputs: geometry.outputWidth, stride: convolution.stride[1], kernel: convolution.kernel[1],
                dilation: convolution.dilation[1], before: geometry.padLeft, extent: width))
    }

    /// The padding of the convolution that computes the input gradient: kernel turned, stride 1. It may be negative.
    var gradientPadding: (top: Int, left: Int) {
        (
            (convolution.kernel[0] - 1) * convolution.dilation[0] - geometry.padTop,
            (convolution.kernel[1] - 1) * convolution.dilation[1] - geometry.padLeft
        )
    }

    /// The size of the destination gradient once `stride - 1` zeros stand between its pixels.
    var dilatedSize: (height: Int, width: Int) {
        (
            (geometry.outputHeight - 1) * convolution.stride[0] + 1,
            (geometry.outputWidth - 1) * convolution.stride[1] + 1
        )
    }

    /// What the input gradient reads around the (dilated) destination gradient.
    var gradientBorder: Border {
        Border(
            top: max(0, gradientPadding.top), left: max(0, gradientPadding.left),
            bottom: Self.overhang(
                outputs: height, stride: 1, kernel: convolution.kernel[0], dilation: convolution.dilation[0],
                before: gradientPadding.top, extent: dilatedSize.height),
            right: Self.overhang(
                outputs: width, stride: 1, kernel: convolution.kernel[1], dilation: convolution.dilation[1],
                before: gradientPadding.left, extent: dilatedSize.width))
    }

    /// Whether F(m × m, 3 × 3) computes it.
    var isTransformable: Bool {
        convolution.kernel == [3, 3] && convolution.stride == [1, 1] && convolution.dilation == [1, 1]
            && convolution.groups == 1
    }

    /// Blocks of the source and of the result that F(m × m, 3 × 3) computes together, of groups of channels; nil where groups don't
    /// fill blocks, and blocks don't hold as many whole groups of the one as of the other.
    func transformedGroups(lanes: Int) -> (inputs: Int, outputs: Int)? {
        let groups = convolution.groups
        let (reads, makes) = (channels / groups, convolution.filters / groups)
        guard convolution.kernel == [3, 3], convolution.stride == [1, 1], convolution.dilation == [1, 1], groups > 1,
            channels.isMultiple(of: lanes), convolution.filters.isMultiple(of: lanes)
        else { return nil }
        if reads.isMultiple(of: lanes) && makes.isMultiple(of: lanes) { return (reads / lanes, makes / lanes) }
        let isShared =
            !isDepthwise && lanes.isMultiple(of: reads) && lanes.isMultiple(of: makes) && reads == makes
        return isShared ? (1, 1) : nil
    }

    /// Rows and columns of whole 2 × 2 windows in what it computes.
    var outputWindows: [Int] { [geometry.outputHeight / 2, geometry.outputWidth / 2] }
}
