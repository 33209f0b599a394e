internal import ApusInstructions

extension Plan {
    /// Checks the activation arena closer than ``verify(constantBytes:)`` can for a stranger's plan: each operand stays
    /// inside of one buffer that is live, each buffer is written before it is read, and no two buffers that are live at
    /// once overlap.
    ///
    /// O(instructions · buffers + buffers²). For tests, and for whoever asked for verification.
    package func verifyBuffers() throws(PlanViolation) {
        for (second, later) in buffers.enumerated() {
            for earlier in buffers[..<second]
            where earlier.firstUse <= later.lastUse && later.firstUse <= earlier.lastUse {
                if earlier.offset < later.offset + later.size && later.offset < earlier.offset + earlier.size {
                    throw PlanViolation("the buffers \(earlier.name) and \(later.name) overlap while both are live")
                }
            }
        }
        var isWritten = Array(repeating: false, count: buffers.count)
        for (index, instruction) in body.enumerated() {
            let extents: [OperandExtent]
            do {
                extents = try instruction.extents(samples: microBatch, lanes: target.lanes)
            } catch {
                throw PlanViolation("instruction \(index) of the body: \(error)")
            }
            var written: [Int] = []
            for (operand, extent) in zip(instruction.operands, extents)
            where operand.arena == .activations && !extent.bytes.isEmpty {
                let name =
                    "instruction \(index) of the body, \(instruction.opcode) for \(instruction.label): "
                    + "the \(extent.name)"
                let range = (operand.offset + extent.bytes.lowerBound)..<(operand.offset + extent.bytes.upperBound)
                guard
                    let buffer = buffers.firstIndex(where: {
                        $0.firstUse <= index && index <= $0.lastUse && $0.offset <= range.lowerBound
                            && range.upperBound <= $0.offset + $0.size
                    })
                else { throw PlanViolation("\(name) is bytes \(range) of the activations, inside of no live buffer") }
                if extent.access == .write {
                    written.append(buffer)
                } else if extent.access != .scratch, !isWritten[buffer] {
                    throw PlanViolation(
                        "\(name) is in the buffer \(buffers[buffer].name), which nothing has written yet")
                }
            }
            for buffer in written { isWritten[buffer] = true }
        }
    }
}
