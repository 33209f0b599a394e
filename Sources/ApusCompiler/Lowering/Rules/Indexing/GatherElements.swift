import ApusGraph
import ApusInstructions

/// An element along a dimension for each index.
struct GatherElementsRule: OperatorRule, GatheringRule {
    let axis: Int

    init(_ operation: GatherElements) { axis = operation.axis }

    func parameters(_ site: Site, shape: [Int], indices: [Int]) throws(LoweringError) -> IndexParameters {
        .elements(shape: shape, axis: try site.axis(axis, of: site.operands[0]), indexShape: indices)
    }
}
