import ApusGraph
import ApusInstructions

struct ArgMaxRule: ArgumentRule {
    static let operation = ArgReduceOperation.maximum
    let argument: ArgMax

    init(_ operation: ArgMax) { argument = operation }
}
