import ApusGraph
import ApusInstructions

struct LogSoftmaxGradientRule: OperatorRule, RowRule {
    static let opcode = Opcode.logSoftmaxGradient

    init(_ operation: LogSoftmaxGradient) {}
}
