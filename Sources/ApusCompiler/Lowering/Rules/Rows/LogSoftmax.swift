import ApusGraph
import ApusInstructions

struct LogSoftmaxRule: OperatorRule, RowRule {
    static let opcode = Opcode.logSoftmax
    static let writesOutput = true

    init(_ operation: LogSoftmax) {}
}
