/// A convolution along one dimension: of sounds and sequences.
public struct Convolution1D: CompositeOperator {
    public static let name = "conv1d"
    public static let documentation = OperatorDocumentation(
        summary: "Convolves along one dimension with trained kernels.",
        details: """
            `y[n, o, t] = bias[o] + Σ_(c, i) weight[o, c, i] · x[n, c, t·stride + i·dilation − before]`: conv2d on images \
            of one row.
            """,
        operands: [
            .init("x", "f32[N, C, L]"), .init("weight", "f32[filters, C / groups, kernel]; trained"),
            .init("bias", "f32[filters]; trained; only where `bias` is true"),
        ],
        attributes: [.init("filters", "output channels")] + SpatialWindow.attributeDocumentation("kernel") + [
            .init("groups", "parts of the channels that are convolved apart; 1"),
            .init("bias", "whether a number is added for each filter; true"),
        ],
        results: [.init("y", "f32[N, filters, windows]")],
        constraints: SpatialConvolution.constraints,
        example: "conv1 = conv1d(sound, filters: 16, kernel: [5], padding: 2)")

    var convolution: SpatialConvolution

    /// - Parameter padding: before and after.
    public init(
        filters: Int, kernel: Int, stride: Int = 1, padding: (Int, Int) = (0, 0), dilation: Int = 1, groups: Int = 1,
        bias: Bool = true
    ) {
        convolution = SpatialConvolution(
            filters: filters, groups: groups, bias: bias,
            window: SpatialWindow(
                size: [kernel], stride: [stride], dilation: [dilation], before: [padding.0], after: [padding.1]))
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try SpatialConvolution(&attributes, rank: 1)
    }
    public var attributes: [Attribute] { convolution.attributes }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try convolution.check(operands, Self.name, rank: 1)
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        convolution.implicitParameters(operands)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let window = convolution.window
        let row = try composer.emit(Unsqueeze(axes: [2]), operands[0])
        let weight = try composer.emit(Unsqueeze(axes: [2]), operands[1])
        let flat = Convolution2D(
            filters: convolution.filters, kernel: [1] + window.size, stride: [1] + window.stride,
            padding: .explicit(top: 0, left: window.before[0], bottom: 0, right: window.after[0]),
            dilation: [1] + window.dilation, groups: convolution.groups, bias: convolution.bias)
        let sums = try composer.emit(flat, [row, weight] + operands.dropFirst(2))
        return [try composer.emit(Squeeze(axes: [2]), sums)]
    }
}
