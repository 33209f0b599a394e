import ApusInstructions

/// The kernels without weights: moves, pooling, element-wise programs, rows, batch norm, random numbers, updates.
func valueKernel(for opcode: Opcode) -> Kernel? {
    nil
}
