/// A convolution of images with trained kernels.
public struct Convolution2D: Operator {
    public static let name = "conv2d"
    public static let documentation = OperatorDocumentation(
        summary: "Convolves images with trained kernels.",
        details: """
            `y[n, o, r, s] = bias[o] + Σ_(c, i, j) weight[o, c, i, j] · x[n, c, r·stride + i·dilation − top, \
            s·stride + j·dilation − left]`, where `c` runs over the channels of the group of `o` and places outside the \
            image count as zero. The output has `floor((input + padding − (dilation · (kernel − 1) + 1)) / stride) + 1` \
            rows and columns, or with `padding: same` `ceil(input / stride)`.
            """,
        operands: [
            .init("x", "f32[N, C, H, W]"), .init("weight", "f32[filters, C / groups, rows, columns]; trained"),
            .init("bias", "f32[filters]; trained; only where `bias` is true"),
        ],
        attributes: [
            .init("filters", "output channels"), .init("kernel", "rows and columns of the kernel"),
            .init("stride", "rows and columns from one window to the next; 1"),
            .init("padding", "1, [rows, columns], [top, left, bottom, right], or same; 0"),
            .init("dilation", "rows and columns from one place of the kernel to the next; 1"),
            .init("groups", "parts of the channels that are convolved apart; 1"),
            .init("bias", "whether a number is added for each filter; true"),
            .init("trim", "rows and columns at the far edge that are not computed; put in by trimming; [0, 0]"),
        ],
        results: [.init("y", "f32[N, filters, output rows, output columns]")],
        constraints: [
            .init("C1", "x, and optionally a weight, and optionally a bias where `bias` is true"),
            .init("C2", "x is f32[N, C, H, W]; C, H and W are numbers"),
            .init("C3", "kernel, stride, dilation are two numbers from 1 on; padding and trim are not negative"),
            .init("C4", "`filters` and `groups` are at least 1, and `groups` divides `filters`"),
            .init("C5", "`groups` divides the channels of x"),
            .init("C6", "the dilated kernel fits into the padded image, and `trim` leaves something of the output"),
            .init("C7", "weight is f32[filters, C / groups, kernel rows, kernel columns]"),
            .init("C8", "bias is f32[filters]"),
        ],
        example: "conv1 = conv2d(image, filters: 16, kernel: [3, 3], padding: 1)")

    public var filters: Int
    public var kernel: [Int]
    public var stride: [Int]
    public var padding: Padding
    public var dilation: [Int]
    public var groups: Int
    public var bias: Bool
    /// Rows and columns at the far edge of the output that are not computed, because nobody reads them.
    public var trim: [Int]

    public init(
        filters: Int, kernel: [Int], stride: [Int] = [1, 1], padding: Padding = .zero, dilation: [Int] = [1, 1],
        groups: Int = 1, bias: Bool = true, trim: [Int] = [0, 0]
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.bias = bias
        self.trim = trim
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        try self.init(attributes: &attributes, bias: nil)
    }

    /// - Parameter bias: nil where an attribute says it.
    init(attributes: inout AttributeReader, bias: Bool?) throws(AttributeError) {
        filters = try attributes.integer("filters", in: AttributeRange.channels)
        kernel = try attributes.integers("kernel", count: 2, in: AttributeRange.extent)
        stride = try attributes.integers("stride", count: 2, in: AttributeRange.extent, default: [1, 1])
        padding = try Padding(&attributes)
        dilation = try attributes.integers("dilation", count: 2, in: AttributeRange.extent, default: [1, 1])
        groups = try attributes.integer("groups", in: AttributeRange.channels, default: 1)
        self.bias = if let bias { bias } else { try attributes.boolean("bias", default: true) }
        trim = try attributes.integers("trim", count: 2, in: AttributeRange.margin, default: [0, 0])
    }

    public var attributes: [Attribute] {
        var list = [Attribute("filters", .integer(filters)), Attribute("kernel", .integers(kernel))]
        if stride != [1, 1] { list.append(Attribute("stride", .integers(stride))) }
        list += padding.attribute
        if dilation != [1, 1] { list.append(Attribute("dilation", .integers(dilation))) }
        if groups != 1 { list.append(Attribute("groups", .integer(groups))) }
        if !bias { list.append(Attribute("bias", .boolean(false))) }
        if trim != [0, 0] { list.append(Attribute("trim", .integers(trim))) }
        return list
    }

    var windows: Windows { Windows(size: kernel, stride: stride, dilation: dilation, padding: padding, trim: trim) }

    /// Where the kernel lies on images of this size, and how large the output is.
    public func geometry(height: Int, width: Int) -> WindowGeometry {
        windows.geometry(height: height, width: width)
    }

    func weightType(channels: Int) -> TensorType {
        TensorType(.f32, [.fixed(filters), .fixed(channels / groups), .fixed(kernel[0]), .fixed(kernel[1])])
    }
    var biasType: TensorType { TensorType(.f32, [.fixed(filters)]) }

    public func trimming(image: [Int]) -> Trimming {
        image.isEmpty ? .whole : .windows(TrimmedWindows(windows, image: image, leavesOut: true))
    }

    public func trimmed(input: (whole: [Int], kept: [Int]), output: [Int]) -> any Operator {
        let windows = TrimmedWindows(windows, image: input.whole, leavesOut: true)
        var convolution = self
        if input.kept != input.whole { convolution.padding = windows.padding(input: input.kept) }
        convolution.trim = (0..<2).map { windows.count(input.kept[$0], axis: $0) - output[$0] }
        return convolution
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...(bias ? 3 : 2), bias ? "x, a weight and a bias" : "x and a weight")
        let image = try checks.image("C2")
        let windows = windows
        try windows.check(Self.name, wellFormed: "C3")
        guard groups >= 1, filters >= 1, filters % groups == 0 else {
            throw ConstraintViolation(
                "C4", "\(filters) filters can't be split into \(groups) groups",
                remedy: "make 'filters' a multiple of 'groups'", at: .attribute("filters"))
        }
        guard image.channels % groups == 0 else {
            throw ConstraintViolation(
                "C5", "the \(image.channels) channels of \(operands[0]) can't be split into \(groups) groups",
                remedy: "make 'groups' a divisor of \(image.channels)", at: .attribute("groups"))
        }
        let geometry = try windows.fit(image, Self.name, "kernel", label: "C6")
        if operands.count > 1 { try checks.match("C7", 1, weightType(channels: image.channels), "the weight") }
        if operands.count > 2 { try checks.match("C8", 2, biasType, "the bias") }
        let result = ImageType(
            batch: image.batch, channels: filters, height: geometry.outputHeight, width: geometry.outputWidth)
        return [
            InferredType(
                result.type,
                derivations: [
                    nil, "filters", windows.derivation(axis: 0, input: image.height),
                    windows.derivation(axis: 1, input: image.width),
                ])
        ]
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        let weight = weightType(channels: operands[0].dimensions[1].number ?? 1)
        let area = kernel[0] * kernel[1]
        let fanIn = (weight.dimensions[1].number ?? 1) * area
        let fanOut = filters / groups * area
        let list = [
            ImplicitParameter("weight", weight, initializer: .glorotUniform(fanIn: fanIn, fanOut: fanOut)),
            ImplicitParameter("bias", biasType, initializer: .constant(0)),
        ]
        return bias ? list : [list[0]]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: context.node.operands.count)
        guard let gradient = context.resultGradients[0] else { return gradients }
        let (x, weight) = (context.node.operands[0], context.node.operands[1])
        if context.needed[0] {
            let size = context.operandType(0).dimensions.suffix(2).compactMap(\.number)
            gradients[0] = try context.emit(
                Convolution2DInputGradient(convolution: self, input: size), [weight, gradient], gradientOf: 0)
        }
        if context.needed.dropFirst().contains(true) {
            let targets = Array(1..<gradients.count)
            let results = try context.emit(
                Convolution2DWeightGradient(convolution: self), [x, gradient], gradientsOf: targets)
            for (target, result) in zip(targets, results) { gradients[target] = result }
        }
        return gradients
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        cost(output: results[0], channels: operands[0].dimensions[1].number ?? 0)
    }

    /// One multiply-add for each output, place of the kernel, and channel of a group.
    func cost(output: TensorType, channels: Int) -> Cost {
        Cost(multiplyAdds: (output.sampleElements ?? 0) * kernel[0] * kernel[1] * (channels / groups))
    }

    /// Calls `body` for each product of the sum, with the offsets of output, weight and input. The gradients' sums have
    /// the same products with other roles, so they go through here as well.
    @inline(__always)
    func forEachProduct(input: [Int], _ body: (_ output: Int, _ weight: Int, _ input: Int) -> Void) {
        let (batch, channels, height, width) = (input[0], input[1], input[2], input[3])
        let geometry = geometry(height: height, width: width)
        let (image, area) = (geometry.outputHeight * geometry.outputWidth, kernel[0] * kernel[1])
        let (inputs, outputs) = (channels / groups, filters / groups)
        for sample in 0..<batch {
            for filter in 0..<filters {
                for channel in 0..<inputs {
                    let outputStart = (sample * filters + filter) * image
                    let weightStart = (filter * inputs + channel) * area
                    let inputStart = (sample * channels + filter / outputs * inputs + channel) * height * width
                    windows.forEachPlace(height: height, width: width) { output, input, place in
                        body(outputStart + output, weightStart + place, inputStart + input)
                    }
                }
            }
        }
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (x, weight) = (operands[0].elements, operands[1].elements)
        var y = Tensor(shape: results[0])
        if bias {
            let image = results[0][2] * results[0][3]
            for index in y.elements.indices { y.elements[index] = operands[2].elements[index / image % filters] }
        }
        forEachProduct(input: operands[0].shape) { output, place, input in
            y.elements[output] += weight[place] * x[input]
        }
        return [y]
    }
}

/// The gradient of ``Convolution2D`` for its images.
package struct Convolution2DInputGradient: Operator {
    public static let name = "conv2d_input_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of conv2d for its images.",
        details: "`dx[place read] = Σ weight · dy` over all products of the convolution that read the place.",
        operands: [.init("weight", "the convolution's weight"), .init("dy", "the gradient of its result")],
        attributes: [
            .init("input", "height and width of the images"),
            .init("...", "the attributes of the convolution"),
        ],
        results: [.init("dx", "f32[N, C, height, width]")],
        constraints: [
            .init("C1", "two operands, a weight of rank 4 and dy"),
            .init("C2", "the convolution takes images of the size `input` with this weight"),
            .init("C3", "dy has the type of the convolution's result"),
        ],
        example: "act1.gradient = conv2d_input_gradient(conv2.weight, conv2.gradient, input: [14, 14], filters: 32, "
            + "kernel: [3, 3], padding: 1)")

    public var convolution: Convolution2D
    /// Height and width of the images.
    public var input: [Int]

    public init(convolution: Convolution2D, input: [Int]) {
        self.convolution = convolution
        self.input = input
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        input = try attributes.integers("input", count: 2, in: AttributeRange.channels)
        convolution = try Convolution2D(attributes: &attributes)
    }

    public var attributes: [Attribute] { [Attribute("input", .integers(input))] + convolution.attributes }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        guard operands.count == 2, operands[0].rank == 4, let channels = operands[0].dimensions[1].number,
            let batch = operands[1].dimensions.first
        else {
            throw ConstraintViolation(
                "C1", "\(Self.name) takes a convolution's weight and its result's gradient, not \(operands)",
                remedy: "give it both")
        }
        let x = TensorType(
            .f32, [batch, .fixed(channels * convolution.groups), .fixed(input[0]), .fixed(input[1])])
        let y: TensorType
        do { y = try convolution.infer([x, operands[0]])[0].type } catch { throw error.relabelled("C2") }
        try checks.match("C3", 1, y, "the result's gradient")
        return [InferredType(x)]
    }

    /// It is linear in both operands: its gradients are the convolution, and the convolution's own weight gradient.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients: [ValueID?] = [nil, nil]
        guard let gradient = context.resultGradients[0] else { return gradients }
        var plain = convolution
        plain.bias = false
        let (weight, x) = (context.node.operands[0], context.node.operands[1])
        if context.needed[0] {
            gradients[0] = try context.emit(
                Convolution2DWeightGradient(convolution: plain), [gradient, x], gradientOf: 0)
        }
        if context.needed[1] { gradients[1] = try context.emit(plain, [gradient, weight], gradientOf: 1) }
        return gradients
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        convolution.cost(output: operands[1], channels: results[0].dimensions[1].number ?? 0)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (weight, gradient) = (operands[0].elements, operands[1].elements)
        var dx = Tensor(shape: results[0])
        convolution.forEachProduct(input: results[0]) { output, place, input in
            dx.elements[input] += weight[place] * gradient[output]
        }
        return [dx]
    }
}

/// The gradients of ``Convolution2D`` for its weight and its bias.
package struct Convolution2DWeightGradient: Operator {
    public static let name = "conv2d_weight_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradients of conv2d for its weight and its bias.",
        details: "`dW[o, c, i, j] = Σ x · dy` over samples and positions, and `dB[o] = Σ dy`.",
        operands: [.init("x", "the convolution's images"), .init("dy", "the gradient of its result")],
        attributes: [.init("...", "the attributes of the convolution")],
        results: [
            .init("dW", "the weight's gradient"), .init("dB", "the bias's gradient, where the convolution has a bias"),
        ],
        constraints: [
            .init("C1", "two operands, x and dy"), .init("C2", "the convolution takes x"),
            .init("C3", "dy has the type of the convolution's result"),
        ],
        example: "conv1.weight.gradient, conv1.bias.gradient = conv2d_weight_gradient(image, conv1.gradient, "
            + "filters: 16, kernel: [3, 3], padding: 1)")

    public var convolution: Convolution2D
    public init(convolution: Convolution2D) { self.convolution = convolution }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try Convolution2D(attributes: &attributes)
    }
    public var attributes: [Attribute] { convolution.attributes }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and its result's gradient")
        let y: TensorType
        do { y = try convolution.infer([operands[0]])[0].type } catch { throw error.relabelled("C2") }
        try checks.match("C3", 1, y, "the result's gradient")
        let weight = InferredType(convolution.weightType(channels: operands[0].dimensions[1].number ?? 0))
        return convolution.bias ? [weight, InferredType(convolution.biasType)] : [weight]
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        convolution.cost(output: operands[1], channels: operands[0].dimensions[1].number ?? 0)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (x, gradient) = (operands[0].elements, operands[1].elements)
        var weight = Tensor(shape: results[0])
        convolution.forEachProduct(input: operands[0].shape) { output, place, input in
            weight.elements[place] += x[input] * gradient[output]
        }
        guard convolution.bias else { return [weight] }
        var bias = Tensor(shape: results[1])
        let image = operands[1].shape[2] * operands[1].shape[3]
        for (index, element) in gradient.enumerated() {
            bias.elements[index / image % convolution.filters] += element
        }
        return [weight, bias]
    }
}
