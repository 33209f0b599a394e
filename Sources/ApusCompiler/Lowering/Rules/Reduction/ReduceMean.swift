import ApusGraph
import ApusInstructions

struct ReduceMeanRule: ReductionRule {
    static let operation = ReduceOperation.sum
    let reduction: ReduceMean

    init(_ operation: ReduceMean) { reduction = operation }

    func scale(count: Int) -> Float { 1 / Float(count) }
}
