import ApusGraph

/// Two loops for each dimension: over the repeats, with a stride of 0, and over the elements.
struct TileRule: OperatorRule, MoveRule {
    init(_ operation: Tile) {}

    func movement(_ site: Site, from shape: [Int], to result: [Int]) -> Movement {
        let strides = rowMajorStrides(shape)
        return Movement(
            extents: shape.indices.flatMap { [result[$0] / shape[$0], shape[$0]] },
            strides: shape.indices.flatMap { [0, strides[$0]] })
    }
}
