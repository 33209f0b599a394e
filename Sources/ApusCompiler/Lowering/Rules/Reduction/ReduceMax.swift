import ApusGraph
import ApusInstructions

struct ReduceMaxRule: ReductionRule {
    static let operation = ReduceOperation.maximum
    let reduction: ReduceMax

    init(_ operation: ReduceMax) { reduction = operation }
}
