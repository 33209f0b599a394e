import ApusInstructions

/// The function that computes `opcode`, of those that multiply bytes; nil where there is none. They are compiled once more for
/// processors that multiply bytes by fours, with nothing else beside them.
package func quantizedKernel(for opcode: Opcode) -> Kernel? {
    switch opcode {
    case .quantizedConvolution: quantizedConvolution
    case .integerConvolution: integerConvolution
    case .quantizedDepthwise: quantizedDepthwise
    case .quantizedWinograd: quantizedWinograd
    case .blockDense: blockDense
    default: nil
    }
}
