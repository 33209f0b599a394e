import ApusGraph
import ApusInstructions

/// Slices by several indices each.
struct GatherNDRule: OperatorRule, GatheringRule {
    let batch: Int

    init(_ operation: GatherND) { batch = operation.batch }

    func parameters(_ site: Site, source: PlainValue, indices: PlainValue) throws(LoweringError) -> IndexParameters {
        try site.tuples(indexed: source.dimensions, indices: indices.dimensions, batch: batch)
    }
}

extension Site {
    /// Places in an operand of dimensions `indexed` by the rows of `indices`.
    ///
    /// - Parameter batch: dimensions that both begin with.
    func tuples(indexed: [Int], indices: [Int], batch: Int) throws(LoweringError) -> IndexParameters {
        guard batch > 0 || !type(operands[0]).isBatched, let depth = indices.last else {
            throw unsupported("finds places among the samples, which are computed one by one")
        }
        return .tuples(
            batch: indexed[..<batch].reduce(1, *), indexed: Array(indexed[batch..<batch + depth]),
            run: indexed[(batch + depth)...].reduce(1, *), count: indices[batch...].dropLast().reduce(1, *))
    }
}
