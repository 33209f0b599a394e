/// A transposed convolution of images: what makes them larger with trained kernels.
public struct ConvolutionTranspose2D: CompositeOperator {
    public static let name = "conv_transpose2d"
    public static let documentation = OperatorDocumentation(
        summary: "Adds a trained kernel's multiple at each place of an image: the gradient of a convolution, forwards.",
        details: """
            `y[n, o, r·stride + i·dilation − top, s·stride + j·dilation − left] += weight[c, o, i, j] · x[n, c, r, s]`. \
            The output has `(input − 1) · stride + dilation · (kernel − 1) + 1 − padding + output_padding` rows and \
            columns.
            """,
        operands: [
            .init("x", "f32[N, C, H, W]"), .init("weight", "f32[C, filters / groups, rows, columns]; trained"),
            .init("bias", "f32[filters]; trained; only where `bias` is true"),
        ],
        attributes: [.init("filters", "output channels")] + SpatialWindow.attributeDocumentation("kernel") + [
            .init("output_padding", "rows and columns that the output has more at its end; 0"),
            .init("groups", "parts of the channels that are convolved apart; 1"),
            .init("bias", "whether a number is added for each filter; true"),
        ],
        results: [.init("y", "f32[N, filters, rows, columns]")],
        constraints: TransposedConvolution.constraints,
        example: "up1 = conv_transpose2d(features, filters: 32, kernel: [2, 2], stride: [2, 2])")

    var convolution: TransposedConvolution

    public init(
        filters: Int, kernel: [Int], stride: [Int] = [1, 1], padding: [Int] = [0, 0], dilation: [Int] = [1, 1],
        outputPadding: [Int] = [0, 0], groups: Int = 1, bias: Bool = true
    ) {
        convolution = TransposedConvolution(
            filters: filters, groups: groups, bias: bias, outputPadding: outputPadding,
            window: SpatialWindow(size: kernel, stride: stride, dilation: dilation, before: padding))
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try TransposedConvolution(&attributes, rank: 2)
    }
    public var attributes: [Attribute] { convolution.attributes }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try convolution.check(operands, Self.name, rank: 2)
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        convolution.implicitParameters(operands)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let shape = composer.type(of: operands[0]).dimensions.map { $0.number ?? 0 }
        let window = convolution.window
        let forward = Convolution2D(
            filters: shape[1], kernel: window.size, stride: window.stride, padding: window.padding((0, 1)),
            dilation: window.dilation, groups: convolution.groups, bias: false)
        let size = (0..<2).map { convolution.output($0, input: shape[$0 + 2]) }
        let sums = try composer.emit(
            Convolution2DInputGradient(convolution: forward, input: size), operands[1], operands[0])
        return [try composer.addBias(sums, operands.dropFirst(2).first, rank: 2)]
    }
}
