import ApusGraph
import ApusInstructions

struct LogSoftmaxRule: OperatorRule, RowRule {
    static let rows = Opcode.logSoftmax
    static let lines = Opcode.softmaxAxis
    static let isLogarithmic = true
    static let writesOutput = true
    let axis: Int

    init(_ operation: LogSoftmax) { axis = operation.axis }
}
