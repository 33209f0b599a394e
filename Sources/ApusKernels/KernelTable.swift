package import ApusInstructions

/// The function that computes `opcode` on this instruction set, or nil where there is none.
package func kernel(for opcode: Opcode) -> Kernel? {
    nil
}

/// Lanes of this instruction set's vector: blocked layouts for it have this channel block.
package let vectorLanes = lanes
