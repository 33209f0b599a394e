/// A dense (fully connected) layer.
public struct Dense: Operator {
    public static let name = "dense"
    public static let documentation = OperatorDocumentation(
        summary: "Multiplies each row by a trained matrix.",
        details: "`y[n, o] = bias[o] + Σ_c weight[o, c] · x[n, c]`.",
        operands: [
            .init("x", "f32[N, F]"), .init("weight", "f32[units, F]; trained"),
            .init("bias", "f32[units]; trained; only where `bias` is true"),
        ],
        attributes: [
            .init("units", "numbers of a result's row"), .init("bias", "whether a number is added for each unit; true"),
        ],
        results: [.init("y", "f32[N, units]")],
        constraints: [
            .init("C1", "x, and optionally a weight, and optionally a bias where `bias` is true"),
            .init("C2", "x is f32[N, F]; F is a number"),
            .init("C3", "`units` is at least 1"),
            .init("C4", "weight is f32[units, F]"), .init("C5", "bias is f32[units]"),
        ],
        example: "logits = dense(flat, units: 10)")

    public var units: Int
    public var bias: Bool

    public init(units: Int, bias: Bool = true) {
        self.units = units
        self.bias = bias
    }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        units = try attributes.integer("units", in: AttributeRange.channels)
        bias = try attributes.boolean("bias", default: true)
    }
    public var attributes: [Attribute] {
        [Attribute("units", .integer(units))] + (bias ? [] : [Attribute("bias", .boolean(false))])
    }

    func weightType(features: Int) -> TensorType { TensorType(.f32, [.fixed(units), .fixed(features)]) }
    var biasType: TensorType { TensorType(.f32, [.fixed(units)]) }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 1...(bias ? 3 : 2), bias ? "x, a weight and a bias" : "x and a weight")
        let row = try checks.rows("C2", remedy: "flatten it first: dense(flatten(...), units: \(units))")
        guard units >= 1 else {
            throw ConstraintViolation(
                "C3", "dense can't have \(units) units", remedy: "give it 1 or more", at: .attribute("units"))
        }
        if operands.count > 1 { try checks.match("C4", 1, weightType(features: row.count), "the weight") }
        if operands.count > 2 { try checks.match("C5", 2, biasType, "the bias") }
        return [InferredType(TensorType(.f32, [row.batch, .fixed(units)]), derivations: [nil, "units"])]
    }

    public func implicitParameters(_ operands: [TensorType]) -> [ImplicitParameter] {
        let features = operands[0].dimensions[1].number ?? 1
        let list = [
            ImplicitParameter(
                "weight", weightType(features: features), initializer: .glorotUniform(fanIn: features, fanOut: units)),
            ImplicitParameter("bias", biasType, initializer: .constant(0)),
        ]
        return bias ? list : [list[0]]
    }

    public func gradient(_ context: inout GradientContext) throws(GraphError) -> [ValueID?] {
        var gradients = [ValueID?](repeating: nil, count: context.node.operands.count)
        guard let gradient = context.resultGradients[0] else { return gradients }
        let (x, weight) = (context.node.operands[0], context.node.operands[1])
        if context.needed[0] {
            gradients[0] = try context.emit(DenseInputGradient(), [weight, gradient], gradientOf: 0)
        }
        if context.needed.dropFirst().contains(true) {
            let targets = Array(1..<gradients.count)
            let results = try context.emit(DenseWeightGradient(bias: bias), [x, gradient], gradientsOf: targets)
            for (target, result) in zip(targets, results) { gradients[target] = result }
        }
        return gradients
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        Cost(multiplyAdds: units * (operands[0].sampleElements ?? 0))
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (x, weight) = (operands[0], operands[1])
        let features = x.shape[1]
        var y = Tensor(shape: results[0])
        for index in y.elements.indices {
            let (sample, unit) = (index / units, index % units)
            var sum = bias ? operands[2].elements[unit] : 0
            for feature in 0..<features {
                sum += weight.elements[unit * features + feature] * x.elements[sample * features + feature]
            }
            y.elements[index] = sum
        }
        return [y]
    }
}

/// The gradient of ``Dense`` for its rows.
package struct DenseInputGradient: Operator {
    public static let name = "dense_input_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradient of dense for its rows.",
        details: "`dx[n, c] = Σ_o weight[o, c] · dy[n, o]`.",
        operands: [.init("weight", "f32[units, F]"), .init("dy", "f32[N, units]")],
        results: [.init("dx", "f32[N, F]")],
        constraints: [
            .init("C1", "two operands, a weight and dy"), .init("C2", "dy is f32[N, units]"),
            .init("C3", "weight is f32[units, F]"),
        ],
        example: "flat.gradient = dense_input_gradient(logits.weight, logits.gradient)")

    public init() {}
    public init(attributes: inout AttributeReader) throws(AttributeError) {}

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "a weight and its result's gradient")
        let row = try checks.rows("C2", 1)
        let weight = operands[0]
        guard weight.elementType == .f32, weight.rank == 2, let features = weight.dimensions[1].number,
            weight.dimensions[0] == .fixed(row.count)
        else {
            throw ConstraintViolation(
                "C3", "the weight \(weight) does not belong to \(row.count) units",
                remedy: "give a weight f32[\(row.count), features]", at: .operand(0))
        }
        return [InferredType(TensorType(.f32, [row.batch, .fixed(features)]))]
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        Cost(multiplyAdds: operands[0].sampleElements ?? 0)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (weight, gradient) = (operands[0], operands[1])
        let (units, features) = (weight.shape[0], weight.shape[1])
        var dx = Tensor(shape: results[0])
        for index in dx.elements.indices {
            for unit in 0..<units {
                dx.elements[index] +=
                    weight.elements[unit * features + index % features]
                    * gradient.elements[index / features * units + unit]
            }
        }
        return [dx]
    }
}

/// The gradients of ``Dense`` for its weight and its bias.
package struct DenseWeightGradient: Operator {
    public static let name = "dense_weight_gradient"
    public static let documentation = OperatorDocumentation(
        audience: .passes,
        summary: "The gradients of dense for its weight and its bias.",
        details: "`dW[o, c] = Σ_n dy[n, o] · x[n, c]` and `dB[o] = Σ_n dy[n, o]`.",
        operands: [.init("x", "f32[N, F]"), .init("dy", "f32[N, units]")],
        attributes: [.init("bias", "whether the layer has a bias; true")],
        results: [.init("dW", "f32[units, F]"), .init("dB", "f32[units], where `bias` is true")],
        constraints: [
            .init("C1", "two operands, x and dy"), .init("C2", "x is f32[N, F]"), .init("C3", "dy is f32[N, units]"),
            .init("C4", "both have the same batch dimension"),
        ],
        example: "logits.weight.gradient, logits.bias.gradient = dense_weight_gradient(flat, logits.gradient)")

    public var bias: Bool
    public init(bias: Bool = true) { self.bias = bias }
    public init(attributes: inout AttributeReader) throws(AttributeError) {
        bias = try attributes.boolean("bias", default: true)
    }
    public var attributes: [Attribute] { bias ? [] : [Attribute("bias", .boolean(false))] }

    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "x and its result's gradient")
        let x = try checks.rows("C2", 0)
        let y = try checks.rows("C3", 1)
        guard x.batch == y.batch else {
            throw ConstraintViolation(
                "C4", "\(operands[0]) and \(operands[1]) are not of one batch",
                remedy: "give both the same first dimension",
                at: .operand(1))
        }
        let weight = InferredType(TensorType(.f32, [.fixed(y.count), .fixed(x.count)]))
        return bias ? [weight, InferredType(TensorType(.f32, [.fixed(y.count)]))] : [weight]
    }

    public func cost(operands: [TensorType], results: [TensorType]) -> Cost {
        Cost(multiplyAdds: results[0].sampleElements ?? 0)
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let (x, gradient) = (operands[0], operands[1])
        let (features, units) = (x.shape[1], gradient.shape[1])
        var tensors = results.map { Tensor(shape: $0) }
        for sample in 0..<x.shape[0] {
            for unit in 0..<units {
                let dy = gradient.elements[sample * units + unit]
                for feature in 0..<features {
                    tensors[0].elements[unit * features + feature] += dy * x.elements[sample * features + feature]
                }
                if bias { tensors[1].elements[unit] += dy }
            }
        }
        return tensors
    }
}
