/// A convolution, what is added to it, its activation, and max-pooling without overlap, with nothing stored in between.
package struct FusedConvolution2D: Operator {
    public static let name = "fused_conv2d"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "A convolution, an addition, an activation and max-pooling in one.",
        details: """
            `y = max_pool2d(activation(conv2d(x, weight, bias) + addend))` with windows that neither overlap nor are padded. \
            Where `argmax` is true the second result says which element of each window was taken: `i · columns + j` of \
            the first maximum, or 255 where the activation is relu and the result is not above zero.
            """,
        operands: Convolution2D.documentation.operands + [
            .init("addend", "f32[N, filters, rows, columns]; the last operand where `addend` is true")
        ],
        attributes: Convolution2D.documentation.attributes + [
            .init("activation", "none, relu or clip; none"),
            .init("min", "what smaller results become, with clip"),
            .init("max", "what larger results become, with clip"),
            .init("addend", "whether the last operand is added to the convolution's result; false"),
            .init("pool", "rows and columns of the pooling window; without it there is no pooling"),
            .init("argmax", "whether the second result is wanted; false"),
        ],
        results: [
            .init("y", "f32[N, filters, rows, columns], after the pooling"),
            .init("argmax", "u8 of the same shape, where `argmax` is true"),
        ],
        constraints: Convolution2D.documentation.constraints + [
            .init("C9", "`pool` is two numbers from 1 on, and its window fits into the convolution's result"),
            .init("C10", "`argmax` needs `pool`, with less than 255 places"),
            .init("C11", "with `addend` the last operand has the type of the convolution's result"),
            .init("C12", "`addend` excludes `pool`"),
            .init("C13", "with clip, `min` is at most `max`"),
        ],
        example: "pool1 = fused_conv2d(image, conv1.weight, conv1.bias, filters: 16, kernel: [3, 3], padding: 1, "
            + "activation: relu, pool: [2, 2])")

    public var convolution: Convolution2D
    public var activation: FusedActivation
    /// Whether the last operand is added to the sums.
    public var addend: Bool
    /// Rows and columns of the pooling window, which is also its stride; nil for no pooling.
    public var pool: [Int]?
    /// Whether a second result says which element of each window was taken.
    public var argmax: Bool

    public init(
        convolution: Convolution2D, activation: FusedActivation = .none, addend: Bool = false, pool: [Int]? = nil,
        argmax: Bool = false
    ) {
        self.convolution = convolution
        self.activation = activation
        self.addend = addend
        self.pool = pool
        self.argmax = argmax
    }

    public init(attributes: inout AttributeReader) throws(AttributeError) {
        convolution = try Convolution2D(attributes: &attributes)
        activation = try FusedActivation(&attributes)
        addend = try attributes.boolean("addend", default: false)
        let window = try attributes.integers("pool", count: 2, in: AttributeRange.extent, default: [])
        pool = window.isEmpty ? nil : window
        argmax = try attributes.boolean("argmax", default: false)
    }

    public var attributes: [Attribute] {
        convolution.attributes + activation.attributes + (addend ? [Attribute("addend", .boolean(true))] : [])
            + (pool.map { [Attribute("pool", .integers($0))] } ?? [])
            + (argmax ? [Attribute("argmax", .boolean(true))] : [])
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        if case .clip(let minimum, let maximum) = activation, !(minimum <= maximum) {
            throw ConstraintViolation(
                "C13", "no number is from \(minimum) to \(maximum)",
                remedy: "give a minimum that is at most the maximum", at: .attribute("min"))
        }
        var result = try convolution.infer(addend ? Array(operands.dropLast()) : operands)[0]
        if addend {
            try OperandChecks(Self.name, operands).match("C11", operands.count - 1, result.type, "the addend")
        }
        if let pool {
            if addend {
                throw ConstraintViolation(
                    "C12", "\(Self.name) can't both add and pool", remedy: "pool by an operator of its own",
                    at: .attribute("pool"))
            }
            guard pool.count == 2, pool.allSatisfy(AttributeRange.extent.contains) else {
                throw ConstraintViolation(
                    "C9", "\(pool) is not a pooling window", remedy: "give rows and columns", at: .attribute("pool"))
            }
            for axis in 0...1 {
                let rows = result.type.dimensions[2 + axis].number ?? 0
                guard rows >= pool[axis] else {
                    throw ConstraintViolation(
                        "C9", "windows of \(pool) do not fit into the convolution's result \(result.type)",
                        remedy: "make the window smaller", at: .attribute("pool"))
                }
                result.type.dimensions[2 + axis] = .fixed(rows / pool[axis])
                result.derivations[2 + axis] = result.derivations[2 + axis].map { "floor((\($0)) / \(pool[axis]))" }
            }
        }
        guard argmax else { return [result] }
        guard let pool, pool[0] * pool[1] < 255 else {
            throw ConstraintViolation(
                "C10", "an argmax needs a pooling window of less than 255 places, not \(pool ?? [])",
                remedy: "leave out 'argmax', or pool smaller windows", at: .attribute("argmax"))
        }
        return [
            result, InferredType(TensorType(.u8, result.type.dimensions), derivations: result.derivations),
        ]
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        addend ? [] : convolution.implicitParameters(operands)
    }

    /// The multiply-adds of the convolution's outputs that some window needs.
    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        var sums = results[0]
        for axis in 0...1 {
            sums.dimensions[2 + axis] = .fixed((sums.dimensions[2 + axis].number ?? 0) * (pool?[axis] ?? 1))
        }
        return convolution.cost(output: sums, channels: operands[0].dimensions[1].number ?? 0)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let x = operands[0].shape
        let geometry = convolution.geometry(height: x[2], width: x[3])
        let shape = [x[0], convolution.filters, geometry.outputHeight, geometry.outputWidth]
        var sums = convolution.evaluate(operands, results: [shape], context: context)[0]
        if addend, let values = operands.last?.elements {
            for index in sums.elements.indices { sums.elements[index] += values[index] }
        }
        guard let pool else { return [Tensor(shape: shape, elements: sums.elements.map(activation.apply))] }
        let chosen = MaxPool2D(window: pool).chosen(sums, outputs: results[0].reduce(1, *))
        let y = chosen.map { activation.apply(sums.elements[$0.input]) }
        let tensor = Tensor(shape: results[0], elements: y)
        guard argmax else { return [tensor] }
        let places = zip(chosen, y).map { argmax, result in
            activation == .relu && !(result > 0) ? 255 : Double(argmax.place)
        }
        return [tensor, Tensor(shape: results[1], elements: places)]
    }
}
