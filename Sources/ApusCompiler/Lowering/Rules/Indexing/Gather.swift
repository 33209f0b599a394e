import ApusGraph
import ApusInstructions

/// Slices along a dimension.
struct GatherRule: OperatorRule, GatheringRule {
    let axis: Int

    init(_ operation: Gather) { axis = operation.axis }

    func parameters(_ site: Site, shape: [Int], indices: [Int]) throws(LoweringError) -> IndexParameters {
        .slices(shape: shape, axis: try site.axis(axis, of: site.operands[0]), count: indices.reduce(1, *))
    }
}
