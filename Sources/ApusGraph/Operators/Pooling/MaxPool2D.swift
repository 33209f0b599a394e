/// The maximum of each window.
public struct MaxPool2D: Operator {
    public static let name = "max_pool2d"
    public static let documentation = OperatorDocumentation(
        summary: "Takes the maximum of each window.",
        details: """
            `y[n, c, r, s] = max_(i, j) x[n, c, r·stride + i − top, s·stride + j − left]` over the places within the \
            image. The output has `floor((input + padding − window) / stride) + 1` rows and columns, or with \
            `padding: same` `ceil(input / stride)`. The gradient goes to the first maximum.
            """,
        operands: [.init("x", "f32[N, C, H, W]")],
        attributes: [
            .init("window", "rows and columns of the window"),
            .init("stride", "rows and columns from one window to the next; as the window"),
            .init("padding", "1, [rows, columns], [top, left, bottom, right], or same; 0"),
            .init("ceil", "whether last windows that reach over the padded end count too; false"),
        ],
        results: [.init("y", "f32[N, C, output rows, output columns]")],
        constraints: poolingConstraints,
        example: "pool1 = max_pool2d(act1, window: [2, 2])")

    public var window: [Int]
    public var stride: [Int]
    public var padding: Padding
    /// Whether last windows that reach over the padded end count too. Padding takes its place before a graph is compiled.
    public var ceil: Bool

    /// - Parameter stride: as the window where it is left out.
    public init(window: [Int], stride: [Int]? = nil, padding: Padding = .zero, ceil: Bool = false) {
        self.window = window
        self.stride = stride ?? window
        self.padding = padding
        self.ceil = ceil
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        window = try attributes.integers("window", count: 2, in: AttributeRange.extent)
        stride = try attributes.integers("stride", count: 2, in: AttributeRange.extent, default: window)
        padding = try Padding(&attributes)
        ceil = try attributes.boolean("ceil", default: false)
    }

    public var attributes: [Attribute] {
        windows.attributes + (ceil ? [Attribute("ceil", .boolean(true))] : [])
    }

    /// The pool whose padding has room for the last windows of images of this size.
    private func fitted(height: Int, width: Int) -> MaxPool2D {
        guard ceil else { return self }
        return MaxPool2D(
            window: window, stride: stride, padding: windows.paddingOfPartialWindows(height: height, width: width))
    }

    public func resolving(
        _ operands: [TensorType], known: [KnownIntegers?]
    ) throws(ConstraintViolation) -> ResolvedCall? {
        guard ceil else { return nil }
        let image = try windows.checkPooling(operands, Self.name)
        return ResolvedCall(fitted(height: image.height, width: image.width))
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
        let pool = try context.resolved() as? MaxPool2D ?? self
        return [
            try context.emit(MaxPool2DGradient(pool: pool), [context.node.operands[0], gradient], gradientOf: 0)
        ]
    }

    /// For each output of all planes, the offset of the input that it takes and that input's place in its window.
    func chosen(_ x: Tensor, outputs: Int) -> [(input: Int, place: Int)] {
        let (height, width) = (x.shape[2], x.shape[3])
        let planes = x.shape[0] * x.shape[1]
        var chosen = [(input: Int, place: Int)?](repeating: nil, count: outputs)
        for plane in 0..<planes {
            let (inputStart, outputStart) = (plane * height * width, plane * (outputs / planes))
            windows.forEachPlace(height: height, width: width) { output, input, place in
                let candidate = inputStart + input
                if let best = chosen[outputStart + output], !(x.elements[candidate] > x.elements[best.input]) { return }
                chosen[outputStart + output] = (candidate, place)
            }
        }
        return chosen.compactMap { $0 }
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let pool = fitted(height: operands[0].shape[2], width: operands[0].shape[3])
        let argmaxes = pool.chosen(operands[0], outputs: results[0].reduce(1, *))
        return [Tensor(shape: results[0], elements: argmaxes.map { operands[0].elements[$0.input] })]
    }
}

let poolingConstraints: [OperatorDocumentation.Entry] = [
    .init("C1", "one operand"),
    .init("C2", "x is f32[N, C, H, W]; C, H and W are numbers"),
    .init("C3", "window and stride are two numbers from 1 on; padding is not negative"),
    .init("C4", "the padding is smaller than the window, on each side"),
    .init("C5", "the window fits into the padded image"),
]

extension Windows {
    /// The attributes of a pooling operator; the stride is left out where it is the window.
    var attributes: [Attribute] {
        var list = [Attribute("window", .integers(size))]
        if stride != size { list.append(Attribute("stride", .integers(stride))) }
        return list + padding.attribute
    }

    /// Checks what does not depend on whether a window fits.
    func checkPooling(_ operands: [TensorType], _ name: String) throws(ConstraintViolation) -> ImageType {
        let checks = OperandChecks(name, operands)
        try checks.count("C1", 1...1, "one image")
        let image = try checks.image("C2")
        try check(name, wellFormed: "C3")
        try checkPadding(name, label: "C4")
        return image
    }

    /// The padding with room for last windows that reach over its end. `same` has it already.
    func paddingOfPartialWindows(height: Int, width: Int) -> Padding {
        guard case .explicit(let top, let left, let bottom, let right) = padding else { return padding }
        var window = SpatialWindow(size: size, stride: stride, before: [top, left], after: [bottom, right])
        window.ceils = true
        return window.padding((0, 1), more: (window.overhang(0, input: height), window.overhang(1, input: width)))
    }

    /// The shape rule of the pooling operators.
    func inferPooling(_ operands: [TensorType], _ name: String) throws(ConstraintViolation) -> InferredType {
        var image = try checkPooling(operands, name)
        let geometry = try fit(image, name, "window", label: "C5")
        let derivations = [
            nil, nil, derivation(axis: 0, input: image.height), derivation(axis: 1, input: image.width),
        ]
        (image.height, image.width) = (geometry.outputHeight, geometry.outputWidth)
        return InferredType(image.type, derivations: derivations)
    }
}

/// The gradient of ``MaxPool2D``, from its operand.
package struct MaxPool2DGradient: Operator {
    public static let name = "max_pool2d_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of max_pool2d.",
        details: "Each window's `dy` is added where the first maximum of the window is.",
        operands: [.init("x", "the operand of max_pool2d"), .init("dy", "the gradient of its result")],
        attributes: [.init("...", "the attributes of the pooling")],
        results: [.init("dx", "the operand's gradient")],
        constraints: [
            .init("C1", "two operands, x and dy"), .init("C2", "the pooling takes x"),
            .init("C3", "dy has the type of the pooling's result"),
        ],
        example: "act1.gradient = max_pool2d_gradient(act1, pool1.gradient, window: [2, 2])")

    public var pool: MaxPool2D
    public init(pool: MaxPool2D) { self.pool = pool }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        pool = try MaxPool2D(attributes: &attributes)
    }
    public var attributes: [Attribute] { pool.attributes }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and its result's gradient")
        let y: TensorType
        do { y = try pool.infer([operands[0]])[0].type } catch { throw error.relabelled("C2") }
        guard !pool.ceil else {
            throw ConstraintViolation(
                "C2", "a gradient can't leave open how far windows reach", remedy: "give padding in place of 'ceil'",
                at: .attribute("ceil"))
        }
        try checks.match("C3", 1, y, "the result's gradient")
        return [InferredType(operands[0])]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        var dx = Tensor(shape: results[0])
        let argmaxes = pool.chosen(operands[0], outputs: operands[1].elements.count)
        for (argmax, gradient) in zip(argmaxes, operands[1].elements) { dx.elements[argmax.input] += gradient }
        return [dx]
    }
}

/// The gradient of max-pooling without overlap, from the argmax that ``FusedConvolution2D`` stored.
package struct MaxUnpool2D: Operator {
    public static let name = "max_unpool2d"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Puts the gradient of each window where the argmax says.",
        details: """
            `dx` is `dy` at place `argmax = i · columns + j` of each window, and zero elsewhere; an argmax of 255 means \
            nowhere. Windows do not overlap; rows and columns that fill no window get zero.
            """,
        operands: [.init("argmax", "u8[N, C, h, w]"), .init("dy", "f32[N, C, h, w]")],
        attributes: [
            .init("window", "rows and columns of the window"), .init("input", "height and width of the result"),
        ],
        results: [.init("dx", "f32[N, C, height, width]")],
        constraints: [
            .init("C1", "two operands, a u8 argmax and dy"), .init("C2", "dy is f32[N, C, h, w]"),
            .init("C3", "argmax is u8 of the same shape"),
            .init("C4", "`input` has h × w whole windows of less than 255 places"),
        ],
        example: "conv1.gradient = max_unpool2d(argmax1, pool1.gradient, window: [2, 2], input: [28, 28])")

    public var window: [Int]
    /// Height and width of the result.
    public var input: [Int]

    public init(window: [Int], input: [Int]) {
        self.window = window
        self.input = input
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        window = try attributes.integers("window", count: 2, in: AttributeRange.extent)
        input = try attributes.integers("input", count: 2, in: AttributeRange.channels)
    }
    public var attributes: [Attribute] {
        [Attribute("window", .integers(window)), Attribute("input", .integers(input))]
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "an argmax and its result's gradient")
        var image = try checks.image("C2", 1)
        try checks.match("C3", 0, TensorType(.u8, operands[1].dimensions), "the argmax")
        guard window.count == 2, input.count == 2, window.allSatisfy(AttributeRange.extent.contains),
            window[0] * window[1] < 255, input[0] / window[0] == image.height, input[1] / window[1] == image.width
        else {
            throw ConstraintViolation(
                "C4",
                "windows \(window) on \(input) do not give the \(image.height) × \(image.width) of \(operands[1])",
                remedy: "give the window and the input of the pooling", at: .attribute("input"))
        }
        (image.height, image.width) = (input[0], input[1])
        return [InferredType(image.type)]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        var dx = Tensor(shape: results[0])
        let (height, width) = (operands[1].shape[2], operands[1].shape[3])
        for (index, argmax) in operands[0].elements.enumerated() where argmax != 255 {
            let (plane, place) = (index / (height * width), Int(argmax))
            let row = index / width % height * window[0] + place / window[1]
            let column = index % width * window[1] + place % window[1]
            dx.elements[(plane * input[0] + row) * input[1] + column] = operands[1].elements[index]
        }
        return [dx]
    }
}
