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
        }
    ]

    /// A call on operands of one floating-point type whose shapes can be broadcast.
    static func formula(
        _ operation: any ElementwiseOperator, _ count: Int, draws: [Draw]? = nil, _ random: inout SeededRandom
    ) -> OperatorCase {
        let types = broadcastShapes(count, &random).map { TensorType(.f32, $0) }
        let differentiable = (0..<count).filter { operation.formula.derivative(of: $0) != 0 }
        return OperatorCase(
            operation, types, draws: draws, differentiable: differentiable.isEmpty ? nil : differentiable)
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
