import ApusGraph
import ApusInstructions

struct LogitCrossEntropyGradientRule: OperatorRule, LossGradientRule {
    static let opcode = Opcode.logitCrossEntropyGradient

    init(_ operation: LogitCrossEntropyGradient) {}
}
