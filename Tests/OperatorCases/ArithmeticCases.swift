import ApusGraph

// Element-wise operators with broadcasting.
extension OperatorCase {
    static let arithmetic: [String: Generator] = [
        "elementwise": { random in
            let expression: Expression = random.pick(
                .operand(0) * .logistic(.operand(0)),
                .operand(1) / (1.5 + .operand(0)) - .exponential(.operand(2)),
                .maximum(.operand(0), .operand(1) + 0.0371),
                .binary(.power, .operand(0) + 1.5, .operand(1)),
                .select(.operand(0) > 0, .operand(1), .unary(.sine, .operand(0))))
            return formula(Elementwise(expression), expression.operands.count, &random)
        },
        "add": { formula(Add(), 2, &$0) }, "subtract": { formula(Subtract(), 2, &$0) },
        "multiply": { formula(Multiply(), 2, &$0) },
        "divide": { formula(Divide(), 2, draws: [.spread, .positive], &$0) },
        "pow": { formula(Power(), 2, draws: [.within(0.3...1.9), .within(-2...2)], &$0) },
        // The ranges differ so that no two elements are equal.
        "min": { formula(Minimum(), 2, draws: [.spread, .within(-0.9...1.13)], &$0) },
        "max": { formula(Maximum(), 2, draws: [.spread, .within(-0.9...1.13)], &$0) },
        "mod": { random in
            formula(
                Modulo(takesDividendSign: random.chance(0.5)), 2, draws: [.within(-5...5), .within(1.3...2.9)], &random)
        },
        "neg": { formula(Negate(), 1, &$0) }, "abs": { formula(Absolute(), 1, &$0) },
        "sign": { formula(Sign(), 1, &$0) }, "reciprocal": { formula(Reciprocal(), 1, draws: [.positive], &$0) },
        "floor": { formula(Floor(), 1, draws: [.within(-2.9...3.1)], &$0) },
        "ceil": { formula(Ceiling(), 1, draws: [.within(-2.9...3.1)], &$0) },
        "round": { formula(Round(), 1, draws: [.within(-2.9...3.1)], &$0) },
        "clip": { random in
            let (minimum, largest) = (random.pick(-0.513, -.infinity, 0.117), random.pick(0.211, .infinity, 0.713))
            return formula(Clip(minimum: minimum, maximum: largest), 1, &random)
        },
    ]

    static let functions: [String: Generator] = [
        "sqrt": { formula(SquareRoot(), 1, draws: [.positive], &$0) }, "exp": { formula(Exponential(), 1, &$0) },
        "log": { formula(Logarithm(), 1, draws: [.positive], &$0) }, "erf": { formula(ErrorFunction(), 1, &$0) },
        "sin": { formula(Sine(), 1, &$0) }, "cos": { formula(Cosine(), 1, &$0) }, "tan": { formula(Tangent(), 1, &$0) },
        "asin": { formula(ArcSine(), 1, draws: [.within(-0.9...0.9)], &$0) },
        "acos": { formula(ArcCosine(), 1, draws: [.within(-0.9...0.9)], &$0) },
        "atan": { formula(ArcTangent(), 1, &$0) }, "sinh": { formula(HyperbolicSine(), 1, &$0) },
        "cosh": { formula(HyperbolicCosine(), 1, &$0) }, "asinh": { formula(InverseHyperbolicSine(), 1, &$0) },
        "acosh": { formula(InverseHyperbolicCosine(), 1, draws: [.within(1.2...3)], &$0) },
        "atanh": { formula(InverseHyperbolicTangent(), 1, draws: [.within(-0.9...0.9)], &$0) },
    ]

    /// A call on operands of one floating-point type whose shapes can be broadcast.
    static func formula(
        _ operation: any ElementwiseOperator, _ count: Int, draws: [Draw]? = nil, _ random: inout SeededRandom
    ) -> OperatorCase {
        let type: ElementType = random.chance(0.8) ? .f32 : .f64
        let types = broadcastShapes(count, &random).map { TensorType(type, $0) }
        return OperatorCase(
            operation, types, draws: draws,
            differentiable: (0..<count).filter { operation.derivative(of: $0) != 0 })
    }

    /// So many shapes of which some repeat the others' dimensions, or lack their first ones.
    static func broadcastShapes(_ count: Int, _ random: inout SeededRandom) -> [[Dimension]] {
        let full: [Dimension] =
            (random.chance(0.5) ? ["N"] : []) + (0..<random.integer(0...3)).map { _ in .fixed(random.integer(1...3)) }
        return (0..<count).map { _ in
            let repeated = full.map { random.chance(0.3) ? Dimension.fixed(1) : $0 }
            return Array(repeated.dropFirst(random.chance(0.4) ? random.integer(0...full.count) : 0))
        }
    }
}
