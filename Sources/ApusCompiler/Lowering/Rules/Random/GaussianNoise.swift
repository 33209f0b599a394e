import ApusGraph
import ApusInstructions

/// Noise that is added.
struct GaussianNoiseRule: OperatorRule, RandomRule {
    let opcode = Opcode.gaussianNoise
    let amount: Double
    let stream: Int

    init(_ operation: GaussianNoise) { (amount, stream) = (operation.amount, operation.stream) }
}
