import ApusGraph
import ApusInstructions

struct ReduceSumRule: ReductionRule {
    static let operation = ReduceOperation.sum
    let reduction: ReduceSum

    init(_ operation: ReduceSum) { reduction = operation }
}
