import ApusGraph
import ApusInstructions

/// Slices by several indices each.
struct GatherNDRule: OperatorRule, GatheringRule {
    let batch: Int

    init(_ operation: GatherND) { batch = operation.batch }

    func parameters(
        _ site: Site, source: RowMajorOperand, indices: RowMajorOperand
    ) throws(LoweringError) -> IndexParameters {
        try site.tuples(indexed: source.shape, indices: indices.shape, batch: batch)
    }
}

extension Site {
    /// Places in operand 0, whose samples have the shape `indexed`, by the rows of operand 1.
    ///
    /// - Parameter batch: dimensions that both types begin with, the samples' among them.
    func tuples(indexed: [Int], indices: [Int], batch: Int) throws(LoweringError) -> IndexParameters {
        let common = batch - (type(operands[0]).rank - indexed.count)
        guard common >= 0, let depth = indices.last else {
            throw unsupported("finds places among the samples, which are computed one by one")
        }
        return .tuples(
            batch: indexed[..<common].reduce(1, *), indexed: Array(indexed[common..<common + depth]),
            run: indexed[(common + depth)...].reduce(1, *), count: indices[common...].dropLast().reduce(1, *))
    }
}
