import ApusGraph
import ApusInstructions

/// Slices along a dimension.
struct GatherRule: OperatorRule, GatheringRule {
    let axis: Int

    init(_ operation: Gather) { axis = operation.axis }

    func parameters(
        _ site: Site, source: RowMajorOperand, indices: RowMajorOperand
    ) throws(LoweringError) -> IndexParameters {
        let axis = try site.sampleAxis(axis, of: site.operands[0], shape: source.shape)
        return .slices(shape: source.shape, axis: axis, count: indices.elements)
    }
}
