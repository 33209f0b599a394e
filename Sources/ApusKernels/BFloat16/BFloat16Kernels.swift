import ApusInstructions

/// The function that computes `opcode`, of those that work on bf16; nil where there is none. They are compiled once more for processors
/// that multiply pairs of bf16, with nothing else beside them.
package func bfloat16Kernel(for opcode: Opcode) -> Kernel? {
    switch opcode {
    case .bfloat16Convolution: bfloat16Convolution
    default: nil
    }
}
