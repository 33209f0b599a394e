import ApusGraph
import ApusInstructions

struct SoftmaxGradientRule: OperatorRule, RowRule {
    static let opcode = Opcode.softmaxGradient

    init(_ operation: SoftmaxGradient) {}
}
