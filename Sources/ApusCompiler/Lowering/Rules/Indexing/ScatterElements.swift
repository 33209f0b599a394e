import ApusGraph
import ApusInstructions

/// Elements along a dimension replaced, or combined with others.
struct ScatterElementsRule: OperatorRule, ScatteringRule {
    let axis: Int
    let reduction: ScatterReduction

    init(_ operation: ScatterElements) {
        axis = operation.axis
        reduction = operation.reduction
    }

    func parameters(_ site: Site, shape: [Int], indices: [Int]) throws(LoweringError) -> IndexParameters {
        .elements(shape: shape, axis: try site.axis(axis, of: site.operands[0]), indexShape: indices)
    }
}
