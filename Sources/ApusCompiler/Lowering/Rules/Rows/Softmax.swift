import ApusGraph
import ApusInstructions

struct SoftmaxRule: OperatorRule, RowRule {
    static let rows = Opcode.softmax
    static let lines = Opcode.softmaxAxis
    static let isLogarithmic = false
    static let writesOutput = true
    let axis: Int

    init(_ operation: Softmax) { axis = operation.axis }
}
