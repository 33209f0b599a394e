import ApusGraph

// Comparisons, logic and bits.
extension OperatorCase {
    static let comparison: [String: Generator] = [
        "equal": { compared(Equal(), &$0) }, "not_equal": { compared(NotEqual(), &$0) },
        "less": { compared(Less(), &$0) }, "less_or_equal": { compared(LessOrEqual(), &$0) },
        "greater": { compared(Greater(), &$0) }, "greater_or_equal": { compared(GreaterOrEqual(), &$0) },
        "is_nan": { typed(IsNaN(), .f32, .spread, &$0) },
        "is_inf": { typed(IsInfinite(above: $0.chance(0.5), below: $0.chance(0.5)), .f32, .spread, &$0) },
        "and": { typed(And(), .bool, .whole(0...1), &$0) }, "or": { typed(Or(), .bool, .whole(0...1), &$0) },
        "xor": { typed(ExclusiveOr(), .bool, .whole(0...1), &$0) }, "not": { typed(Not(), .bool, .whole(0...1), &$0) },
        "bitwise_and": { bits(BitwiseAnd(), &$0) }, "bitwise_or": { bits(BitwiseOr(), &$0) },
        "bitwise_xor": { bits(BitwiseExclusiveOr(), &$0) }, "bitwise_not": { bits(BitwiseNot(), &$0) },
        "bit_shift": { bits(BitShift(toRight: $0.chance(0.5)), &$0) },
        "where": { random in
            let shapes = broadcastShapes(3, &random)
            let types = zip([ElementType.bool, .f32, .f32], shapes).map { TensorType($0, $1) }
            return OperatorCase(
                Where(), types, draws: [.whole(0...1), .spread, .spread], differentiable: [1, 2])
        },
    ]
}

private func compared(_ operation: any ElementwiseOperator, _ random: inout SeededRandom) -> OperatorCase {
    typed(operation, random.pick(.f32, .i32, .bool, .u8), .whole(0...3), &random)
}

private func bits(_ operation: any ElementwiseOperator, _ random: inout SeededRandom) -> OperatorCase {
    typed(operation, random.pick(.i8, .u16, .i32, .u64), .whole(0...100), &random)
}

/// A call on operands of one type that have no gradient.
private func typed(
    _ operation: any ElementwiseOperator, _ type: ElementType, _ draw: Draw, _ random: inout SeededRandom
) -> OperatorCase {
    let types = OperatorCase.broadcastShapes(operation.operandCount, &random).map { TensorType(type, $0) }
    return OperatorCase(operation, types, draws: types.map { _ in draw }, differentiable: [])
}
