/// An operator of two operands whose shapes are made equal by repeating elements, as numpy does: shapes are aligned at
/// their last dimension, and a dimension that is 1 or missing is repeated. The batch symbol meets itself, 1 or nothing.
public protocol BroadcastingOperator: Operator {
    /// What is computed for each pair of elements.
    var function: Expression.Binary { get }
}

let broadcastingConstraints: [OperatorDocumentation.Entry] = [
    .init("C1", "two operands of element type f32"),
    .init("C2", "aligned at the last one, dimensions are equal, or 1, or missing"),
]

extension BroadcastingOperator {
    public func infer(_ operands: [TensorType]) throws(ConstraintViolation) -> [InferredType] {
        let checks = OperandChecks(Self.name, operands)
        try checks.count("C1", 2...2, "two operands")
        for (index, operand) in operands.enumerated() where operand.elementType != .f32 {
            throw ConstraintViolation(
                "C1", "\(name) works on f32, not on \(operand)", remedy: "give it an f32 value", at: .operand(index))
        }
        let rank = max(operands[0].rank, operands[1].rank)
        let padded = operands.map { Array(repeating: Dimension.fixed(1), count: rank - $0.rank) + $0.dimensions }
        var dimensions: [Dimension] = []
        for (first, second) in zip(padded[0], padded[1]) {
            guard first == second || first == 1 || second == 1 else {
                throw ConstraintViolation(
                    "C2", "\(operands[0]) and \(operands[1]) can't be broadcast: \(first) meets \(second)",
                    remedy: "make the two equal, or one of them 1", at: .operand(1))
            }
            dimensions.append(first == 1 ? second : first)
        }
        return [InferredType(TensorType(.f32, dimensions))]
    }

    public func evaluate(_ operands: [Tensor], results: [[Int]], context: EvaluationContext) -> [Tensor] {
        let first = broadcastOffsets(operands[0].shape, to: results[0])
        let second = broadcastOffsets(operands[1].shape, to: results[0])
        let elements = zip(first, second).map { function.apply(operands[0].elements[$0], operands[1].elements[$1]) }
        return [Tensor(shape: results[0], elements: elements)]
    }
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
