import ApusGraph
import ApusInstructions

/// Slices along a dimension.
struct GatherRule: OperatorRule, GatheringRule {
    let axis: Int

    init(_ operation: Gather) { axis = operation.axis }

    func parameters(_ site: Site, source: PlainValue, indices: PlainValue) throws(LoweringError) -> IndexParameters {
        let axis = try site.axis(axis, of: site.operands[0])
        return .slices(shape: source.dimensions, axis: axis, count: indices.count)
    }
}
