import ApusInstructions

/// The function that computes `opcode` on this instruction set, or nil where there is none.
package func kernel(for opcode: Opcode) -> Kernel? {
    layerKernel(for: opcode) ?? valueKernel(for: opcode)
}

/// Lanes of this instruction set's vector: blocked layouts for it have this channel block.
package var vectorLanes: Int { lanes }
