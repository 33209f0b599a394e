import ApusGraph

// Activations that are formulas, and the softmax family.
extension OperatorCase {
    static let activations: [String: Generator] = [
        "leaky_relu": { formula(LeakyRelu(slope: $0.pick(0, 0.01, 0.5)), 1, &$0) },
        "prelu": { random in
            let numbers = (0..<random.integer(1...3)).map { _ in Dimension.fixed(random.integer(1...3)) }
            let x = TensorType(.f32, ["N"] + numbers)
            let operation = PRelu()
            return OperatorCase(
                operation, [x] + operation.implicitParameters([x]).map(\.type), differentiable: [0, 1])
        },
        "elu": { formula(Elu(alpha: $0.pick(1, 0.3)), 1, &$0) }, "selu": { formula(Selu(), 1, &$0) },
        "celu": { formula(Celu(alpha: $0.pick(1, 0.3)), 1, &$0) },
        "gelu": { formula(Gelu(isApproximate: $0.chance(0.5)), 1, draws: [.within(-3...3)], &$0) },
        "quick_gelu": { formula(QuickGelu(alpha: $0.pick(1.702, 1)), 1, &$0) },
        "silu": { formula(Silu(), 1, draws: [.within(-3...3)], &$0) },
        "mish": { formula(Mish(), 1, draws: [.within(-3...3)], &$0) },
        "hard_sigmoid": { formula(HardSigmoid(), 1, draws: [.within(-4.1...4.3)], &$0) },
        "hard_swish": { formula(HardSwish(), 1, draws: [.within(-4.1...4.3)], &$0) },
        "softplus": { formula(Softplus(), 1, draws: [.within(-30...30)], &$0) },
        "softsign": { formula(Softsign(), 1, &$0) },
        "thresholded_relu": { formula(ThresholdedRelu(alpha: $0.pick(0.0113, 0.4013)), 1, &$0) },
        "glu": { random in
            var x = floating(minimum: 1, &random)
            let axis = axis(of: x, &random)
            let place = axis < 0 ? axis + x.rank : axis
            x.dimensions[place] = x.dimensions[place] * 2
            return OperatorCase(GatedLinearUnit(axis: axis), [x], differentiable: [0])
        },
        "softmax": { lines(1, &$0) { Softmax(axis: $0) } },
        "softmax_gradient": { lines(2, &$0) { SoftmaxGradient(axis: $0) } },
        "log_softmax": { lines(1, &$0) { LogSoftmax(axis: $0) } },
        "log_softmax_gradient": { lines(2, &$0) { LogSoftmaxGradient(axis: $0) } },
        "hardmax": { random in
            let x = floating(minimum: 1, &random)
            let numbered = x.dimensions.indices.filter { x.dimensions[$0].number != nil }
            guard let axis = numbered.randomElement(using: &random) else {
                return OperatorCase(Hardmax(), [TensorType(.f32, [3])], differentiable: [])
            }
            return OperatorCase(Hardmax(axis: random.chance(0.5) ? axis : axis - x.rank), [x], differentiable: [])
        },
    ]

    /// A floating-point type of random shape that has at least so many dimensions.
    static func floating(minimum: Int, _ random: inout SeededRandom) -> TensorType {
        let numbers = (0..<random.integer(minimum...3)).map { _ in Dimension.fixed(random.integer(1...4)) }
        return TensorType(.f32, random.chance(0.6) ? ["N"] + numbers : numbers)
    }

    /// Any axis of a value, counted from either end.
    static func axis(of x: TensorType, _ random: inout SeededRandom) -> Int { random.integer(-x.rank...x.rank - 1) }

    private static func lines(
        _ count: Int, _ random: inout SeededRandom, _ make: (Int) -> any Operator
    ) -> OperatorCase {
        let x = floating(minimum: 1, &random)
        return OperatorCase(
            make(axis(of: x, &random)), Array(repeating: x, count: count), differentiable: count == 1 ? [0] : nil)
    }
}
