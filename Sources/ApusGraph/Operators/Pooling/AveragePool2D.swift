/// The mean of each window.
public struct AveragePool2D: Operator {
    public static let name = "average_pool2d"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the mean of each window.",
        details: """
            `y[n, c, r, s]` is the mean of `x[n, c, r·stride + i − top, s·stride + j − left]` over the places of the \
            window within the image; with `count_padding` the sum is divided by all places of the window. The output \
            has `floor((input + padding − window) / stride) + 1` rows and columns, or with `padding: same` \
            `ceil(input / stride)`.
            """,
        operands: [.init("x", "f32[N, C, H, W]")],
        attributes: MaxPool2D.documentation.attributes + [
            .init("count_padding", "whether places in the padding count as zeros; false")
        ],
        results: [.init("y", "f32[N, C, output rows, output columns]")],
        constraints: poolingConstraints,
        example: "pool1 = average_pool2d(act1, window: [2, 2])")

    public var window: [Int]
    public var stride: [Int]
    public var padding: Padding
    public var countPadding: Bool
    /// Whether last windows that reach over the padded end count too. Padding takes its place before a graph is compiled.
    public var ceil: Bool

    /// - Parameter stride: as the window where it is left out.
    public init(
        window: [Int], stride: [Int]? = nil, padding: Padding = .zero, countPadding: Bool = false, ceil: Bool = false
    ) {
        self.window = window
        self.stride = stride ?? window
        self.padding = padding
        self.countPadding = countPadding
        self.ceil = ceil
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        window = try attributes.integers("window", count: 2, in: AttributeRange.extent)
        stride = try attributes.integers("stride", count: 2, in: AttributeRange.extent, default: window)
        padding = try Padding(&attributes)
        countPadding = try attributes.boolean("count_padding", default: false)
        ceil = try attributes.boolean("ceil", default: false)
    }

    public var attributes: [Attribute] {
        windows.attributes + (countPadding ? [Attribute("count_padding", .boolean(true))] : [])
            + (ceil ? [Attribute("ceil", .boolean(true))] : [])
    }

    /// The pool whose padding has room for the last windows of images of this size. What lies beyond the padding never counts,
    /// so where the padding does, a pool of a padded image takes its place.
    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard ceil else { return nil }
        let image = try windows.checkPooling(operands, Self.name)
        let fitted = AveragePool2D(
            window: window, stride: stride,
            padding: windows.paddingOfPartialWindows(height: image.height, width: image.width))
        guard countPadding, fitted.padding != .zero else { return ResolvedCall(fitted) }
        guard case .explicit(let top, let left, let bottom, let right) = padding else {
            return ResolvedCall(AveragePool2D(window: window, stride: stride, padding: padding, countPadding: true))
        }
        return ResolvedCall(
            PaddedAveragePool2D(window: window, stride: stride, padding: [top, left, bottom, right]))
    }

    var windows: Windows { Windows(size: window, stride: stride, padding: padding) }

    /// Where the windows lie on images of this size, and how large the output is.
    public func geometry(height: Int, width: Int) -> WindowGeometry { windows.geometry(height: height, width: width) }

    public func trimming(image: [Int]) -> Trimming {
        image.isEmpty ? .whole : .windows(TrimmedWindows(windows, image: image, leavesOut: false))
    }

    public func trimmed(input: (whole: [Int], kept: [Int]), output: [Int]) -> any Operator {
        guard input.kept != input.whole else { return self }
        var pool = self
        pool.padding = TrimmedWindows(windows, image: input.whole, leavesOut: false).padding(input: input.kept)
        return pool
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        if let call = try resolving(operands, known: []) { return try call.operation.infer(operands) }
        return [try windows.inferPooling(operands, Self.name)]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.needed[0], let gradient = context.resultGradients[0] else { return [nil] }
        let operation = try context.resolved()
        guard let pool = operation as? AveragePool2D else { return try operation.gradient(&context) }
        let size = context.operandType(0).dimensions.suffix(2).compactMap(\.number)
        return [try context.emit(AveragePool2DGradient(pool: pool, input: size), [gradient], gradientOf: 0)]
    }

    /// What each output of an image divides its sum by.
    private func divisors(height: Int, width: Int, outputs: Int) -> [Double] {
        if countPadding { return Array(repeating: Double(window[0] * window[1]), count: outputs) }
        var counts = [Double](repeating: 0, count: outputs)
        windows.forEachPlace(height: height, width: width) { output, _, _ in counts[output] += 1 }
        return counts
    }

    /// Calls `body` with the offsets of output and input, and the input's share in the output.
    func forEachShare(input: [Int], output: [Int], _ body: (_ output: Int, _ input: Int, _ share: Double) -> Void) {
        let (height, width, image) = (input[2], input[3], output[2] * output[3])
        let divisors = divisors(height: height, width: width, outputs: image)
        for plane in 0..<input[0] * input[1] {
            windows.forEachPlace(height: height, width: width) { output, input, _ in
                body(plane * image + output, plane * height * width + input, 1 / divisors[output])
            }
        }
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        if let call = try? resolving([TensorType(.f32, shape: operands[0].shape)], known: []) {
            return call.operation.evaluate(operands, results: results, context: context)
        }
        var y = Tensor(shape: results[0])
        forEachShare(input: operands[0].shape, output: results[0]) { output, input, share in
            y.elements[output] += operands[0].elements[input] * share
        }
        return [y]
    }
}

/// The gradient of ``AveragePool2D``.
package struct AveragePool2DGradient: Operator {
    public static let name = "average_pool2d_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of average_pool2d.",
        details: "Each window's `dy`, divided as its sum was, is added to all places of the window within the image.",
        operands: [.init("dy", "the gradient of the pooling's result")],
        attributes: [
            .init("input", "height and width of the pooling's operand"), .init("...", "the attributes of the pooling"),
        ],
        results: [.init("dx", "the operand's gradient")],
        constraints: [
            .init("C1", "one operand"), .init("C2", "dy is f32[N, C, h, w]"),
            .init("C3", "the pooling takes images of the size `input`"),
            .init("C4", "dy has the type of the pooling's result"),
        ],
        example: "act1.gradient = average_pool2d_gradient(pool1.gradient, input: [28, 28], window: [2, 2])")

    public var pool: AveragePool2D
    /// Height and width of the pooling's operand.
    public var input: [Int]

    public init(pool: AveragePool2D, input: [Int]) {
        self.pool = pool
        self.input = input
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        input = try attributes.integers("input", count: 2, in: AttributeRange.channels)
        pool = try AveragePool2D(attributes: &attributes)
    }
    public var attributes: [Attribute] { [Attribute("input", .integers(input))] + pool.attributes }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...1, "the result's gradient")
        var image = try checks.image("C2")
        guard input.count == 2, input.allSatisfy(AttributeRange.channels.contains) else {
            throw ConstraintViolation(
                "C3", "\(input) is not the size of an image", remedy: "give height and width", at: .attribute("input"))
        }
        (image.height, image.width) = (input[0], input[1])
        let y: TensorType
        do { y = try pool.infer([image.type])[0].type } catch { throw error.relabelled("C3") }
        guard !pool.ceil else {
            throw ConstraintViolation(
                "C3", "a gradient can't leave open how far windows reach", remedy: "give padding in place of 'ceil'",
                at: .attribute("ceil"))
        }
        try checks.match("C4", 0, y, "the result's gradient")
        return [InferredType(image.type)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        var dx = Tensor(shape: results[0])
        pool.forEachShare(input: results[0], output: operands[0].shape) { output, input, share in
            dx.elements[input] += operands[0].elements[output] * share
        }
        return [dx]
    }
}
