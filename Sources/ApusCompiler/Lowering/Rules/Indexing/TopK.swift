import ApusGraph

/// The first elements of lines in order.
struct TopKRule: OperatorRule, SortingRule {
    let axis: Int
    let isDescending: Bool

    init(_ operation: TopK) {
        axis = operation.axis
        isDescending = operation.largest
    }
}
