import ApusGraph
import ApusInstructions

struct ReduceMinRule: ReductionRule {
    static let operation = ReduceOperation.minimum
    let reduction: ReduceMin

    init(_ operation: ReduceMin) { reduction = operation }
}
