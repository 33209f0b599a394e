import ApusGraph
import ApusInstructions

struct LogSoftmaxGradientRule: OperatorRule, RowRule {
    static let rows = Opcode.logSoftmaxGradient
    static let lines = Opcode.softmaxAxisGradient
    static let isLogarithmic = true

    let axis: Int

    init(_ operation: LogSoftmaxGradient) { axis = operation.axis }
}
