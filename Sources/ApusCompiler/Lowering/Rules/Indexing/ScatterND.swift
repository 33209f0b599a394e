import ApusGraph
import ApusInstructions

/// Slices replaced by the numbers of several dimensions, or combined with others.
struct ScatterNDRule: OperatorRule, ScatteringRule {
    let batch: Int
    let reduction: ScatterReduction

    init(_ operation: ScatterND) {
        batch = operation.batch
        reduction = operation.reduction
    }

    func parameters(_ site: Site, shape: [Int], indices: [Int]) throws(LoweringError) -> IndexParameters {
        try site.tuples(shape: shape, indices: indices, batch: batch)
    }
}
