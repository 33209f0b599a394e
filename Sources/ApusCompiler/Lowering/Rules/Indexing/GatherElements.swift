import ApusGraph
import ApusInstructions

/// An element along a dimension for each index.
struct GatherElementsRule: OperatorRule, GatheringRule {
    let axis: Int

    init(_ operation: GatherElements) { axis = operation.axis }

    func parameters(
        _ site: Site, source: RowMajorOperand, indices: RowMajorOperand
    ) throws(LoweringError) -> IndexParameters {
        let axis = try site.sampleAxis(axis, of: site.operands[0], shape: source.shape)
        return .elements(shape: source.shape, axis: axis, indexShape: indices.shape)
    }
}
