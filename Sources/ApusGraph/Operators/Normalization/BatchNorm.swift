/// Batch norm with statistics that are given: its form in specs and for inference.
public struct BatchNorm: Operator {
    public static let name = "batch_norm"
    public static let documentation = OperatorDocumentation(
        summary: "Normalizes each channel to a trained mean and scale.",
        details: """
            `y = (x − mean) / sqrt(variance + epsilon) · scale + bias` for each channel: Ioffe and Szegedy (2015). In a \
            training graph mean and variance are those of the batch, and the running ones move towards them by `momentum`.
            """,
        operands: [
            .init("x", "f32[N, C, ...]"), .init("scale", "f32[C]; trained"),
            .init("bias", "f32[C]; trained"), .init("mean", "f32[C]; running statistic"),
            .init("variance", "f32[C]; running statistic"),
        ],
        attributes: [
            .init("epsilon", "added to the variance; 1e-5"),
            .init("momentum", "the weight of a batch in the running statistics; 0.1"),
        ],
        results: [.init("y", "f32 of the shape of x")],
        constraints: [
            .init("C1", "x, and optionally scale, bias, mean and variance"),
            .init("C2", "x is f32[N, C, ...]"),
            .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
            .init("C4", "scale, bias, mean and variance are f32[C]"),
            .init("C5", "`momentum` is from 0 to 1"),
        ],
        example: "norm1 = batch_norm(conv1)")

    public var epsilon: Double
    public var momentum: Double

    public init(epsilon: Double = 1e-5, momentum: Double = 0.1) {
        self.epsilon = epsilon
        self.momentum = momentum
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        epsilon = try ChannelNormalization.epsilon(&attributes)
        momentum = try attributes.number("momentum", in: 0...1, default: 0.1)
    }
    public var attributes: [Attribute] {
        ChannelNormalization.attribute(epsilon) + (momentum == 0.1 ? [] : [Attribute("momentum", .number(momentum))])
    }

    public func trimming(image: [Int]) -> Trimming { .perChannel }
    public func trainingForm(stream: Int) -> TrainingForm {
        .batchStatistics(BatchNormTraining(epsilon: epsilon), momentum: momentum)
    }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 1...5, "x, scale, bias, mean and variance")
        guard (0...1).contains(momentum) else {
            throw ConstraintViolation(
                "C5", "a momentum of \(momentum) is no share", remedy: "give a number from 0 to 1",
                at: .attribute("momentum"))
        }
        return [InferredType(try ChannelNormalization.check(operands, Self.name, epsilon: epsilon, vectors: 1...4))]
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        let type = ChannelNormalization.vector(operands[0])
        return [
            ImplicitParameter("scale", type, initializer: .constant(1)),
            ImplicitParameter("bias", type, initializer: .constant(0)),
            ImplicitParameter("mean", type, role: .statistic, initializer: .constant(0)),
            ImplicitParameter("variance", type, role: .statistic, initializer: .constant(1)),
        ]
    }

    /// The statistics count as constants. All gradients are sums of batch norms of other things: that of x is the
    /// normalized `dy` without mean and bias, that of the scale the sum of `dy` times the normalized x.
    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: 5)
        guard let gradient = context.resultGradients[0] else { return gradients }
        let operands = context.node.operands
        let vector = context.operandType(1)
        let count = vector.sampleElements ?? 0
        let axes = context.operandType(0).dimensions.indices.filter { $0 != 1 }
        func constant(_ value: Double) throws(GraphError) -> ValueID {
            let name = context.editor.freshName("\(context.editor.graph[operands[1]].name).constant")
            return try context.editor.addConstant(name, vector, elements: Array(repeating: value, count: count))
        }
        if context.needed[0] {
            let zero = try constant(0)
            gradients[0] = try context.emit(self, [gradient, operands[1], zero, zero, operands[4]], gradientOf: 0)
        }
        if context.needed[1] {
            let (one, zero) = (try constant(1), try constant(0))
            let normalized = try context.emit(
                self, [operands[0], one, zero, operands[3], operands[4]], gradientOf: 1)
            let product = try context.emit(Multiply(), [gradient, normalized], gradientOf: 1)
            gradients[1] = try context.emit(ReduceSum(axes: axes), [product], gradientOf: 1)
        }
        if context.needed[2] { gradients[2] = try context.emit(ReduceSum(axes: axes), [gradient], gradientOf: 2) }
        return gradients
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        [ChannelNormalization.apply(operands[0], operands[1], operands[2], operands[3], operands[4], epsilon: epsilon)]
    }
}

/// Batch norm with the statistics of the batch: its form in training graphs.
package struct BatchNormTraining: Operator {
    public static let name = "batch_norm_training"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "Batch norm with the mean and variance of the batch.",
        details: """
            `y = (x − mean) / sqrt(variance + epsilon) · scale + bias`, where mean and (biased) variance are those of \
            each channel over samples and places. No gradient flows through the second and third result.
            """,
        operands: [
            .init("x", "f32[N, C, ...]"), .init("scale", "f32[C]"), .init("bias", "f32[C]"),
        ],
        attributes: [.init("epsilon", "added to the variance; 1e-5")],
        results: [
            .init("y", "f32 of the shape of x"), .init("mean", "f32[C]"), .init("variance", "f32[C]"),
        ],
        constraints: [
            .init("C1", "x, scale and bias"), .init("C2", "x is f32[N, C, ...]"),
            .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
            .init("C4", "scale and bias are f32[C]"),
        ],
        example: "norm1, norm1.mean.now, norm1.variance.now = batch_norm_training(conv1, norm1.scale, norm1.bias)")

    public var epsilon: Double
    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }
    public var attributes: [Attribute] { ChannelNormalization.attribute(epsilon) }

    /// The statistics of the batch stay what they are.
    public var repeatedForm: RepeatedForm { .ofSums(BatchNorm(epsilon: epsilon)) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        try OperandChecks(Self.name, operands).count("C1", 3...3, "x, scale and bias")
        let x = try ChannelNormalization.check(operands, Self.name, epsilon: epsilon, vectors: 1...2)
        let vector = InferredType(ChannelNormalization.vector(x))
        return [InferredType(x), vector, vector]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        guard context.resultGradients[1] == nil, context.resultGradients[2] == nil else {
            throw GraphError(
                place: context.editor.graph[context.node.results[0]].name,
                message: "\(name) has no gradient for its mean and variance",
                remedy: "let the loss depend on the first result alone")
        }
        guard let gradient = context.resultGradients[0], context.needed.contains(true) else { return [nil, nil, nil] }
        let (operands, results) = (context.node.operands, context.node.results)
        return try context.emit(
            BatchNormGradient(epsilon: epsilon), [operands[0], gradient, operands[1], results[1], results[2]],
            gradientsOf: [0, 1, 2])
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let x = operands[0]
        let count = Double(x.elements.count / x.shape[1])
        var (mean, variance) = (Tensor(shape: results[1]), Tensor(shape: results[2]))
        ChannelNormalization.forEachElement(of: x) { index, channel in
            mean.elements[channel] += x.elements[index] / count
        }
        ChannelNormalization.forEachElement(of: x) { index, channel in
            let distance = x.elements[index] - mean.elements[channel]
            variance.elements[channel] += distance * distance / count
        }
        return [
            ChannelNormalization.apply(x, operands[1], operands[2], mean, variance, epsilon: epsilon), mean, variance,
        ]
    }
}

/// The gradients of ``BatchNormTraining``.
package struct BatchNormGradient: Operator {
    public static let name = "batch_norm_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradients of batch_norm_training.",
        details: """
            With `n = (x − mean) / sqrt(variance + epsilon)` and M elements a channel: `dbias = Σ dy`, \
            `dscale = Σ dy · n`, `dx = scale / sqrt(variance + epsilon) · (dy − dbias / M − n · dscale / M)`: Ioffe and \
            Szegedy (2015), section 3, simplified.
            """,
        operands: [
            .init("x", "the operand of batch_norm_training"), .init("dy", "the gradient of its first result"),
            .init("scale", "f32[C]"), .init("mean", "its second result"), .init("variance", "its third result"),
        ],
        attributes: [.init("epsilon", "added to the variance; 1e-5")],
        results: [
            .init("dx", "f32 of the shape of x"), .init("dscale", "f32[C]"), .init("dbias", "f32[C]"),
        ],
        constraints: [
            .init("C1", "x, dy, scale, mean and variance"), .init("C2", "x is f32[N, C, ...]"),
            .init("C3", "`epsilon` is at least the least normal f32, 1.2e-38"),
            .init("C4", "scale, mean and variance are f32[C]"),
            .init("C5", "dy has the type of x"),
        ],
        example: "conv1.gradient, norm1.scale.gradient, norm1.bias.gradient = batch_norm_gradient(conv1, "
            + "norm1.gradient, norm1.scale, norm1.mean.now, norm1.variance.now)")

    public var epsilon: Double
    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        epsilon = try ChannelNormalization.epsilon(&attributes)
    }
    public var attributes: [Attribute] { ChannelNormalization.attribute(epsilon) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 5...5, "x, dy, scale, mean and variance")
        let x = try ChannelNormalization.check(operands, Self.name, epsilon: epsilon, vectors: 2...4)
        try checks.match("C5", 1, x, "the result's gradient")
        let vector = InferredType(ChannelNormalization.vector(x))
        return [InferredType(x), vector, vector]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (x, dy, scale) = (operands[0], operands[1].elements, operands[2].elements)
        let (mean, variance) = (operands[3].elements, operands[4].elements)
        let count = Double(x.elements.count / x.shape[1])
        let deviation = variance.map { ($0 + epsilon).squareRoot() }
        func normalized(_ index: Int, _ channel: Int) -> Double {
            (x.elements[index] - mean[channel]) / deviation[channel]
        }
        var (dx, dscale, dbias) = (
            Tensor(shape: results[0]), Tensor(shape: results[1]), Tensor(shape: results[2])
        )
        ChannelNormalization.forEachElement(of: x) { index, channel in
            dbias.elements[channel] += dy[index]
            dscale.elements[channel] += dy[index] * normalized(index, channel)
        }
        ChannelNormalization.forEachElement(of: x) { index, channel in
            let common = dbias.elements[channel] + normalized(index, channel) * dscale.elements[channel]
            dx.elements[index] = scale[channel] / deviation[channel] * (dy[index] - common / count)
        }
        return [dx, dscale, dbias]
    }
}
