import ApusGraph
import ApusInstructions

struct SoftmaxRule: OperatorRule, RowRule {
    static let opcode = Opcode.softmax
    static let writesOutput = true

    init(_ operation: Softmax) {}
}
