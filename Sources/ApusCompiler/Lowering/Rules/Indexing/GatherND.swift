import ApusGraph
import ApusInstructions

/// Slices by several indices each.
struct GatherNDRule: OperatorRule, GatheringRule {
    let batch: Int

    init(_ operation: GatherND) { batch = operation.batch }

    func parameters(_ site: Site, shape: [Int], indices: [Int]) throws(LoweringError) -> IndexParameters {
        try site.tuples(shape: shape, indices: indices, batch: batch)
    }
}

extension Site {
    /// Places in an operand of `shape` by the rows of indices of shape `indices`.
    ///
    /// - Parameter batch: dimensions that both begin with.
    func tuples(shape: [Int], indices: [Int], batch: Int) throws(LoweringError) -> IndexParameters {
        guard batch > 0 || !context.samples.isCut || !type(operands[0]).isBatched, let depth = indices.last else {
            throw unsupported("finds places among the samples, which are computed one by one")
        }
        return .tuples(
            batch: shape[..<batch].reduce(1, *), indexed: Array(shape[batch..<batch + depth]),
            run: shape[(batch + depth)...].reduce(1, *), count: indices[batch...].dropLast().reduce(1, *))
    }
}
