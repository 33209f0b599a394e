/// A convolution along three dimensions: of videos and volumes.
public struct Convolution3D: CompositeOperator {
    public static let name = "conv3d"
    public static let documentation = OperatorDocumentation(
        summary: "Convolves volumes with trained kernels.",
        details: """
            `y[n, o, q, r, s] = bias[o] + Σ_(c, k, i, j) weight[o, c, k, i, j] · x[n, c, q·stride + k·dilation − before, \
            ...]`, as conv2d has it for two dimensions. It stands for one conv2d whose channels are the channels of all \
            layers that a kernel reads at once.
            """,
        operands: [
            .init("x", "f32[N, C, D, H, W]"), .init("weight", "f32[filters, C / groups, layers, rows, columns]; trained"),
            .init("bias", "f32[filters]; trained; only where `bias` is true"),
        ],
        attributes: [.init("filters", "output channels")] + SpatialWindow.attributeDocumentation("kernel") + [
            .init("groups", "parts of the channels that are convolved apart; 1"),
            .init("bias", "whether a number is added for each filter; true"),
        ],
        results: [.init("y", "f32[N, filters, windows...]")],
        constraints: SpatialConvolution.constraints,
        example: "conv1 = conv3d(video, filters: 16, kernel: [3, 3, 3], padding: 1)")

    var convolution: SpatialConvolution

    public init(
        filters: Int, kernel: [Int], stride: [Int] = [1, 1, 1], padding: [Int] = [0, 0, 0], dilation: [Int] = [1, 1, 1],
        groups: Int = 1, bias: Bool = true
    ) {
        convolution = SpatialConvolution(
            filters: filters, groups: groups, bias: bias,
            window: SpatialWindow(size: kernel, stride: stride, dilation: dilation, before: padding))
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try SpatialConvolution(&attributes, rank: 3)
    }
    public var attributes: [Attribute] { convolution.attributes }

    public func check(_ operands: [TensorType]) throws(ConstraintViolation) {
        try convolution.check(operands, Self.name, rank: 3)
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        convolution.implicitParameters(operands)
    }

    public func compose(_ composer: inout Composer, _ operands: [ValueID]) throws(GraphError) -> [ValueID] {
        let window = convolution.window
        let type = composer.type(of: operands[0])
        let shape = type.dimensions.map { $0.number ?? 0 }
        let (channels, layers) = (shape[1], window.size[0])
        let depth = window.output(0, input: shape[2])
        let stacked = try composer.layers(operands[0], window: window, depth: depth)
        // [N, windows, C, layers, H, W]: each window's layers are channels of an image of its own.
        let images = try composer.emit(
            Reshape(whole: [type.dimensions[0] * .fixed(depth), .fixed(channels * layers)] + type.dimensions.suffix(2)),
            stacked)
        let weight = try composer.emit(
            Reshape(
                whole: ([convolution.filters, channels / convolution.groups * layers] + window.size.suffix(2))
                    .map(Dimension.fixed)), operands[1])
        let flat = Convolution2D(
            filters: convolution.filters, kernel: Array(window.size.suffix(2)), stride: Array(window.stride.suffix(2)),
            padding: window.padding((1, 2)), dilation: Array(window.dilation.suffix(2)), groups: convolution.groups,
            bias: convolution.bias)
        let sums = try composer.emit(flat, [images, weight] + operands.dropFirst(2))
        let spread = try composer.emit(
            Reshape(
                whole: [type.dimensions[0], .fixed(depth)] + composer.type(of: sums).dimensions.dropFirst()), sums)
        return [try composer.emit(Transpose(permutation: [0, 2, 1, 3, 4]), spread)]
    }
}

extension Composer {
    /// The layers of each window along the third dimension of `[N, C, D, H, W]`, as `[N, windows, C, layers, H, W]`.
    fileprivate mutating func layers(
        _ x: ValueID, window: SpatialWindow, depth: Int
    ) throws(GraphError) -> ValueID {
        var padded = x
        if window.before[0] + window.after[0] > 0 {
            padded = try emit(
                Pad(before: [0, 0, window.before[0], 0, 0], after: [0, 0, window.after[0], 0, 0]), x)
        }
        let front = try emit(Transpose(permutation: [0, 2, 1, 3, 4]), padded)
        var layers: [ValueID] = []
        for layer in 0..<window.size[0] {
            let start = layer * window.dilation[0]
            let end = start + (depth - 1) * window.stride[0] + 1
            let taken = try emit(
                Slice(starts: [.fixed(start)], ends: [.fixed(end)], axes: [1], steps: [window.stride[0]]), front)
            layers.append(try emit(Unsqueeze(axes: [3]), taken))
        }
        return layers.count == 1 ? layers[0] : try emit(Concat(axis: 3), layers)
    }
}
