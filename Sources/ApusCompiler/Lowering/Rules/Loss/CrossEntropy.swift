import ApusGraph
import ApusInstructions

struct CrossEntropyRule: OperatorRule, LossRule {
    static let opcode = Opcode.crossEntropy

    init(_ operation: CrossEntropy) {}
}
