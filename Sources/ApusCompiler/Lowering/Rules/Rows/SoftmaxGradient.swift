import ApusGraph
import ApusInstructions

struct SoftmaxGradientRule: OperatorRule, RowRule {
    static let rows = Opcode.softmaxGradient
    static let lines = Opcode.softmaxAxisGradient
    static let isLogarithmic = false

    let axis: Int

    init(_ operation: SoftmaxGradient) { axis = operation.axis }
}
