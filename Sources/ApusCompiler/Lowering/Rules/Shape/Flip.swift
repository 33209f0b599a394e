import ApusGraph

/// Strides from the end.
struct FlipRule: OperatorRule, MoveRule {
    let operation: Flip

    init(_ operation: Flip) { self.operation = operation }

    func movement(_ site: Site, from shape: [Int], to result: [Int]) -> Movement {
        var movement = Movement(extents: result, strides: rowMajorStrides(shape))
        for axis in operation.axes.map({ $0 < 0 ? $0 + shape.count : $0 }) {
            movement.offset += (shape[axis] - 1) * movement.strides[axis]
            movement.strides[axis] *= -1
        }
        return movement
    }
}
