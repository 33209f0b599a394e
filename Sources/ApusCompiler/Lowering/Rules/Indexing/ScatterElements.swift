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

    func parameters(_ site: Site, shape: [Int], indices: RowMajorOperand) throws(LoweringError) -> IndexParameters {
        let axis = try site.sampleAxis(axis, of: site.operands[0], shape: shape)
        return .elements(shape: shape, axis: axis, indexShape: indices.shape)
    }
}
