import ApusInstructions

/// The kernels with weights: convolutions, dense layers, and the packing of their weights.
func layerKernel(for opcode: Opcode) -> Kernel? {
    nil
}
