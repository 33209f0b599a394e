/// A transposed convolution along one dimension.
public struct ConvolutionTranspose1D: CompositeOperator {
    public static let name = "conv_transpose1d"
    public static let documentation = OperatorDocumentation(
        summary: "Adds a trained kernel's multiple at each place of a sequence: the gradient of conv1d, forwards.",
        details: "`y[n, o, t·stride + i·dilation − before] += weight[c, o, i] · x[n, c, t]`, as conv_transpose2d.",
        operands: [
            .init("x", "f32[N, C, L]"), .init("weight", "f32[C, filters / groups, kernel]; trained"),
            .init("bias", "f32[filters]; trained; only where `bias` is true"),
        ],
        attributes: [.init("filters", "output channels")] + SpatialWindow.attributeDocumentation("kernel") + [
            .init("output_padding", "places that the output has more at its end; 0"),
            .init("groups", "parts of the channels that are convolved apart; 1"),
            .init("bias", "whether a number is added for each filter; true"),
        ],
        results: [.init("y", "f32[N, filters, places]")],
        constraints: TransposedConvolution.constraints,
        example: "up1 = conv_transpose1d(features, filters: 32, kernel: [4], stride: [2], padding: [1])")

    var convolution: TransposedConvolution

    public init(
        filters: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, outputPadding: Int = 0,
        groups: Int = 1, bias: Bool = true
    ) {
        convolution = TransposedConvolution(
            filters: filters, groups: groups, bias: bias, outputPadding: [outputPadding],
            window: SpatialWindow(size: [kernel], stride: [stride], dilation: [dilation], before: [padding]))
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try TransposedConvolution(&attributes, rank: 1)
    }
    public var attributes: [Attribute] { convolution.attributes }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try convolution.check(operands, Self.name, rank: 1)
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        convolution.implicitParameters(operands)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let row = try composer.emit(Unsqueeze(axes: [2]), operands[0])
        let weight = try composer.emit(Unsqueeze(axes: [2]), operands[1])
        let window = convolution.window
        var flat = ConvolutionTranspose2D(filters: convolution.filters, kernel: [1] + window.size)
        flat.convolution = TransposedConvolution(
            filters: convolution.filters, groups: convolution.groups, bias: convolution.bias,
            outputPadding: [0] + convolution.outputPadding,
            window: SpatialWindow(
                size: [1] + window.size, stride: [1] + window.stride, dilation: [1] + window.dilation,
                before: [0] + window.before, after: [0] + window.after))
        let sums = try composer.emit(flat, [row, weight] + operands.dropFirst(2))
        return [try composer.emit(Squeeze(axes: [2]), sums)]
    }
}
