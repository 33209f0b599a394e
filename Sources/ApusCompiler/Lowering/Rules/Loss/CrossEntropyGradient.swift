import ApusGraph
import ApusInstructions

struct CrossEntropyGradientRule: OperatorRule, LossGradientRule {
    static let opcode = Opcode.crossEntropyGradient

    init(_ operation: CrossEntropyGradient) {}
}
