/// A transposed convolution along three dimensions.
public struct ConvolutionTranspose3D: CompositeOperator {
    public static let name = "conv_transpose3d"
    public static let documentation = OperatorDocumentation(
        summary: "Adds a trained kernel's multiple at each place of a volume: the gradient of conv3d, forwards.",
        details: """
            As conv_transpose2d, with layers before rows and columns. It stands for one conv_transpose2d that makes the \
            layers of all places as channels, and a sum of these where they belong.
            """,
        operands: [
            .init("x", "f32[N, C, D, H, W]"),
            .init("weight", "f32[C, filters / groups, layers, rows, columns]; trained"),
            .init("bias", "f32[filters]; trained; only where `bias` is true"),
        ],
        attributes: [.init("filters", "output channels")] + SpatialWindow.attributeDocumentation("kernel") + [
            .init("output_padding", "places that the output has more at the end of each dimension; 0"),
            .init("groups", "parts of the channels that are convolved apart; 1"),
            .init("bias", "whether a number is added for each filter; true"),
        ],
        results: [.init("y", "f32[N, filters, layers, rows, columns]")],
        constraints: TransposedConvolution.constraints,
        example: "up1 = conv_transpose3d(features, filters: 8, kernel: [2, 2, 2], stride: [2, 2, 2])")

    var convolution: TransposedConvolution

    public init(
        filters: Int, kernel: [Int], stride: [Int] = [1, 1, 1], padding: [Int] = [0, 0, 0],
        dilation: [Int] = [1, 1, 1],
        outputPadding: [Int] = [0, 0, 0], groups: Int = 1, bias: Bool = true
    ) {
        convolution = TransposedConvolution(
            filters: filters, groups: groups, bias: bias, outputPadding: outputPadding,
            window: SpatialWindow(size: kernel, stride: stride, dilation: dilation, before: padding))
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try TransposedConvolution(&attributes, rank: 3)
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
        let (channels, depth, layers) = (shape[1], shape[2], window.size[0])
        let front = try composer.emit(Transpose(permutation: [0, 2, 1, 3, 4]), operands[0])
        let images = try composer.emit(
            Reshape(whole: [type.dimensions[0] * .fixed(depth), .fixed(channels)] + type.dimensions.suffix(2)), front)
        let weight = try composer.emit(
            Reshape(
                whole: ([channels, convolution.filters / convolution.groups * layers] + window.size.suffix(2))
                    .map(Dimension.fixed)), operands[1])
        var flat = ConvolutionTranspose2D(filters: convolution.filters * layers, kernel: Array(window.size.suffix(2)))
        flat.convolution = TransposedConvolution(
            filters: convolution.filters * layers, groups: convolution.groups, bias: false,
            outputPadding: Array(convolution.outputPadding.suffix(2)),
            window: SpatialWindow(
                size: Array(window.size.suffix(2)), stride: Array(window.stride.suffix(2)),
                dilation: Array(window.dilation.suffix(2)), before: Array(window.before.suffix(2)),
                after: Array(window.after.suffix(2))))
        let products = try composer.emit(flat, images, weight)
        let image = Array(composer.type(of: products).dimensions.suffix(2))
        let spread = try composer.emit(
            Reshape(
                whole: [type.dimensions[0], .fixed(depth), .fixed(convolution.filters), .fixed(layers)] + image),
            products)
        // [N, filters, D, layers, H, W], so that one layer's places lie along D.
        let arranged = try composer.emit(Transpose(permutation: [0, 2, 1, 3, 4, 5]), spread)
        let sums = try composer.overlap(arranged, convolution, depth: depth)
        return [try composer.addBias(sums, operands.dropFirst(2).first, rank: 3)]
    }
}

extension Composer {
    /// The sum of the layers of `[N, filters, D, layers, H, W]` where they belong, `[N, filters, output, H, W]`.
    fileprivate mutating func overlap(
        _ products: ValueID, _ convolution: TransposedConvolution, depth: Int
    ) throws(GraphError) -> ValueID {
        let window = convolution.window
        let (stride, output) = (window.stride[0], convolution.output(0, input: depth))
        func before(_ layer: Int) -> Int { layer * window.dilation[0] - window.before[0] }
        // Layers that lie wholly in what the padding crops add nothing.
        let reaching = (0..<window.size[0]).filter { before($0) < output && before($0) + (depth - 1) * stride >= 0 }
        var sum: ValueID?
        for layer in reaching.isEmpty ? [0] : reaching {
            let taken = try emit(
                Slice(starts: [.fixed(layer)], ends: [.fixed(layer + 1)], axes: [3]), products)
            // The layer's dimension becomes the zeros between one place and the next.
            let stuffed =
                stride == 1
                ? taken
                : try emit(
                    Pad(before: [0, 0, 0, 0, 0, 0], after: [0, 0, 0, stride - 1, 0, 0]), taken)
            let dimensions = type(of: stuffed).dimensions
            let line = try emit(
                Reshape(whole: [dimensions[0], dimensions[1], .fixed(depth * stride)] + dimensions.suffix(2)), stuffed)
            let after = output - depth * stride - before(layer)
            let placed = try emit(Pad(before: [0, 0, before(layer), 0, 0], after: [0, 0, after, 0, 0]), line)
            sum = try sum.map { (other) throws(GraphError) in try emit(Add(), other, placed) } ?? placed
        }
        return sum ?? products
    }
}
