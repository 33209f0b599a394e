import ApusGraph
import ApusInstructions

struct ReduceLogSumExpRule: ReductionRule {
    static let operation = ReduceOperation.logSumExp
    let reduction: ReduceLogSumExp

    init(_ operation: ReduceLogSumExp) { reduction = operation }
}
