import ApusGraph

extension OperatorTable {
    static let activations: [OperatorEntry] = [
        OperatorEntry("Relu", since: 6) { node throws(NodeFailure) in
            let x = try node.input(0)
            guard !node.type(x).elementType.isFloatingPoint else {
                return try node.finish(Relu(), x, or: .maximum(.operand(0), 0))
            }
            try node.finish(Maximum(), x, node.scalar(0, like: x))
        },
        OperatorEntry("Sigmoid", since: 6) { node throws(NodeFailure) in
            try node.finish(Sigmoid(), node.input(0), or: .logistic(.operand(0)))
        },
        OperatorEntry("Tanh", since: 6) { node throws(NodeFailure) in
            try node.finish(Tanh(), node.input(0), or: .hyperbolicTangent(.operand(0)))
        },
        OperatorEntry("LeakyRelu", since: 6) { node throws(NodeFailure) in
            let slope = try node.float("alpha", default: 0.01)
            try node.finish(LeakyRelu(slope: slope), node.input(0))
        },
        OperatorEntry("PRelu", since: 7) { node throws(NodeFailure) in
            let (x, slope) = (try node.input(0), try node.input(1))
            guard !node.type(x).elementType.isFloatingPoint else { return try node.finish(PRelu(), x, slope) }
            let isNegative = try node.apply(Less(), x, node.scalar(0, like: x))
            try node.finish(Where(), isNegative, node.apply(Multiply(), slope, x), x)
        },
        OperatorEntry("Elu", since: 6) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: 1)
            try node.finish(Elu(alpha: alpha), node.input(0))
        },
        OperatorEntry("Selu", since: 6) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: Selu().alpha)
            let gamma = try node.float("gamma", default: Selu().gamma)
            try node.finish(Selu(alpha: alpha, gamma: gamma), node.input(0))
        },
        OperatorEntry("Celu", since: 12) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: 1)
            try node.finish(Celu(alpha: alpha), node.input(0))
        },
        OperatorEntry("Gelu", since: 20) { node throws(NodeFailure) in
            let isApproximate = try node.word("approximate", default: "none", ["none": false, "tanh": true])
            try node.finish(Gelu(isApproximate: isApproximate), node.input(0))
        },
        OperatorEntry("HardSigmoid", since: 6) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: 0.2)
            let beta = try node.float("beta", default: 0.5)
            try node.finish(HardSigmoid(alpha: alpha, beta: beta), node.input(0))
        },
        OperatorEntry("ThresholdedRelu", since: 10) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: 1)
            try node.finish(ThresholdedRelu(alpha: alpha), node.input(0))
        },
        .unary("HardSwish", since: 14, HardSwish()), .unary("Mish", since: 18, Mish()),
        .unary("Softplus", Softplus()), .unary("Softsign", Softsign()),
        OperatorEntry("Shrink", since: 9) { node throws(NodeFailure) in
            let bias = Expression.constant(try node.float("bias", default: 0))
            let limit = try node.float("lambd", default: 0.5)
            let x = Expression.operand(0)
            let above = Expression.select(x > .constant(limit), x - bias, 0)
            node.finish(try node.apply(.select(x < .constant(-limit), x + bias, above), node.input(0)))
        },
        OperatorEntry("Swish", since: 24) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: 1)
            let x = try node.input(0)
            node.finish(alpha == 1 ? try node.apply(Silu(), x) : try node.apply(Self.swish(alpha), x))
        },
        OperatorEntry("SwiGLU", since: 28) { node throws(NodeFailure) in
            let alpha = try node.float("alpha", default: 1)
            node.finish(try node.apply(Self.swish(alpha) * .operand(1), node.input(0), node.input(1)))
        },
    ]

    private static func swish(_ alpha: Double) -> Expression {
        .operand(0) * .logistic(alpha == 1 ? .operand(0) : .constant(alpha) * .operand(0))
    }
}

extension NodeImport {
    /// Ends with an operator that works in single precision only, or with its formula where the operand has another type.
    fileprivate mutating func finish(
        _ operation: any Operator, _ x: ValueID, or formula: Expression
    ) throws(NodeFailure) {
        finish(type(x).elementType == .f32 ? try apply(operation, x) : try apply(formula, x))
    }
}
