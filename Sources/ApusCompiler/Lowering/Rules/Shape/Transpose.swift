import ApusGraph

/// The operand's strides in another order.
struct TransposeRule: OperatorRule, MoveRule {
    let operation: Transpose

    init(_ operation: Transpose) { self.operation = operation }

    func movement(_ site: Site, from shape: [Int], to result: [Int]) -> Movement {
        let strides = rowMajorStrides(shape)
        return Movement(extents: result, strides: operation.order(rank: shape.count).map { strides[$0] })
    }
}
