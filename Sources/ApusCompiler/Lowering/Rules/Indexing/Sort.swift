import ApusGraph

/// Whole lines in order.
struct SortRule: OperatorRule, SortingRule {
    let axis: Int
    let isDescending: Bool

    init(_ operation: Sort) {
        axis = operation.axis
        isDescending = operation.descending
    }
}
