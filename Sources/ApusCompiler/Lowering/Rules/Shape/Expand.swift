import ApusGraph

/// Strides of 0 where elements are repeated.
struct ExpandRule: OperatorRule, MoveRule {
    init(_ operation: Expand) {}

    func movement(_ site: Site, from shape: [Int], to result: [Int]) -> Movement {
        Movement(extents: result, strides: broadcastStrides(shape, over: result))
    }
}
