internal import ApusInstructions

// Whether an instruction writes what it reads elsewhere.
extension Instruction {
    /// Two operands that have bytes in common, the second of which is written, though the instruction's kernel does
    /// not compute with them there; nil where there are none.
    ///
    /// - Parameters:
    ///   - whole: what each operand touches in a call.
    ///   - calls: samples of the call, with all repeats.
    func wrongOverlap(
        _ definition: any InstructionDefinition, _ whole: [OperandExtent], samples calls: Int
    ) -> (operand: OperandExtent, result: OperandExtent)? {
        let written = whole.indices.filter { whole[$0].access != .read && operands[$0].arena != .none }
        var shared: [SharedPlace]?
        for result in written {
            for operand in whole.indices where operand != result && operands[operand].arena == operands[result].arena {
                guard operands[operand].port == operands[result].port,
                    range(operand, whole).overlaps(range(result, whole)),
                    operand < result || whole[operand].access == .read
                else { continue }
                let allowed = shared ?? definition.sharedPlaces(samples: calls)
                shared = allowed
                let isShared =
                    operands[operand] == operands[result] && allowed.contains(SharedPlace(operand, with: result))
                if isShared || calls > 1 && liesBetween(operand, result, definition, whole) { continue }
                return (whole[operand], whole[result])
            }
        }
        return nil
    }

    private func range(_ number: Int, _ extents: [OperandExtent]) -> Range<Int> {
        let (bytes, offset) = (extents[number].bytes, operands[number].offset)
        return bytes.lowerBound + offset..<bytes.upperBound + offset
    }

    /// Whether two operands whose samples lie between each other's have no byte in common: both go on by the same stride, and what
    /// one sample has of both is apart and fits into it.
    private func liesBetween(
        _ first: Int, _ second: Int, _ definition: any InstructionDefinition, _ whole: [OperandExtent]
    ) -> Bool {
        let (one, two) = (definition.operands(samples: 1), definition.operands(samples: 2))
        let strides = [first, second].map { two[$0].bytes.upperBound - one[$0].bytes.upperBound }
        let ranges = [range(first, one), range(second, one)]
        let reach = max(ranges[0].upperBound, ranges[1].upperBound) - min(ranges[0].lowerBound, ranges[1].lowerBound)
        return !ranges[0].overlaps(ranges[1]) && strides[0] == strides[1] && reach <= strides[0]
    }
}
