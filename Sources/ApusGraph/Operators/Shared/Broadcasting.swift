/// An element-wise operator that computes one function of two operands.
public protocol BroadcastingOperator: ElementwiseOperator {
    /// What is computed for each pair of elements.
    var function: Expression.Binary { get }
}

extension BroadcastingOperator {
    public var asBroadcasting: (any BroadcastingOperator)? { self }

    public static var elementTypes: ElementTypeRule { .numeric }
    public var formula: Expression { .binary(function, .operand(0), .operand(1)) }
}

/// For each element of `result` in row-major order, the offset of the element of `operand` that is repeated there.
func broadcastOffsets(_ operand: [Int], to result: [Int]) -> [Int] {
    let padded = Array(repeating: 1, count: result.count - operand.count) + operand
    return (0..<result.reduce(1, *)).map { index in
        var (rest, offset, stride) = (index, 0, 1)
        for axis in result.indices.reversed() {
            let position = rest % result[axis]
            rest /= result[axis]
            if padded[axis] != 1 { offset += position * stride }
            stride *= padded[axis]
        }
        return offset
    }
}

extension GradientContext {
    /// Sums a gradient of the broadcast shape over what was repeated, for operand `index`.
    mutating func unbroadcast(_ gradient: ValueID, operand index: Int) throws(GraphError) -> ValueID {
        let target = operandType(index).dimensions
        var gradient = gradient
        let missing = editor.graph[gradient].type.rank - target.count
        if missing > 0 {
            gradient = try emit(ReduceSum(axes: Array(0..<missing)), [gradient], gradientOf: index)
        }
        let source = editor.graph[gradient].type.dimensions
        let repeated = target.indices.filter { target[$0] == 1 && source[$0] != 1 }
        guard !repeated.isEmpty else { return gradient }
        return try emit(ReduceSum(axes: repeated, keep: true), [gradient], gradientOf: index)
    }
}
