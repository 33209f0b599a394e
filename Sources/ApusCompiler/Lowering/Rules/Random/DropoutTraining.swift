import ApusGraph
import ApusInstructions

/// Dropout that drops.
struct DropoutTrainingRule: OperatorRule, RandomRule {
    let opcode = Opcode.dropout
    let amount: Double
    let stream: Int

    init(_ operation: DropoutTraining) { (amount, stream) = (operation.rate, operation.stream) }
}
