import ApusGraph
import ApusInstructions

struct ReduceProductRule: ReductionRule {
    static let operation = ReduceOperation.product
    let reduction: ReduceProduct

    init(_ operation: ReduceProduct) { reduction = operation }
}
