import ApusGraph
import ApusInstructions

struct ArgMinRule: ArgumentRule {
    static let operation = ArgReduceOperation.minimum
    let argument: ArgMin

    init(_ operation: ArgMin) { argument = operation }
}
