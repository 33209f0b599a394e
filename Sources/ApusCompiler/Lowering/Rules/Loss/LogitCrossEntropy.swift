import ApusGraph
import ApusInstructions

struct LogitCrossEntropyRule: OperatorRule, LossRule {
    static let opcode = Opcode.logitCrossEntropy

    init(_ operation: LogitCrossEntropy) {}
}
