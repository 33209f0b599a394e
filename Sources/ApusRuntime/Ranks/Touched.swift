import ApusInstructions
import ApusPlan

/// What an instruction that is run once touches of what ranks share.
struct Touched {
    /// Bytes of the state that are read; those that are changed are in both lists.
    var read: [Range<Int>] = []
    /// Bytes of the state that may be written: there may be gaps between those that are.
    var written: [Range<Int>] = []
    /// Bytes of each shard's sums that are read, from the start of the shard's.
    var sums: [Range<Int>] = []
    /// Whether it touches what only the body's threads have.
    var isOfBody = false

    /// - Parameter flags: bytes of the state that any piece may set, which say the same whoever does.
    init(_ instruction: Instruction, of plan: Plan, flags: Range<Int>) {
        guard let extents = try? instruction.extents(samples: 1, lanes: plan.target.lanes) else {
            isOfBody = true
            return
        }
        for (operand, extent) in zip(instruction.operands, extents) {
            let bytes = operand.offset + extent.bytes.lowerBound..<operand.offset + extent.bytes.upperBound
            switch operand.arena {
            case .none, .constants, .arguments: break
            case .state where bytes.isEmpty || bytes.clamped(to: flags) == bytes: break
            case .state:
                if extent.access == .read || extent.access == .update { read.append(bytes) }
                if extent.access != .read { written.append(bytes) }
            case .reductions where extent.access == .read: sums.append(Self.shardBytes(bytes, of: plan))
            case .reductions, .activations, .input, .output: isOfBody = true
            }
        }
    }

    /// The bytes of each shard's sums, where an operand reads those of all shards or of the first.
    private static func shardBytes(_ bytes: Range<Int>, of plan: Plan) -> Range<Int> {
        let stride = plan.shardBytes
        if bytes.upperBound <= stride { return bytes }
        let count = bytes.count - (plan.shards - 1) * stride
        let isOfAll = bytes.lowerBound >= 0 && count > 0 && bytes.lowerBound + count <= stride
        return isOfAll ? bytes.lowerBound..<bytes.lowerBound + count : 0..<stride
    }

    var all: [Range<Int>] { read + written }
}

extension Plan {
    /// Bytes from a shard's sums to the next shard's.
    var shardBytes: Int { reductionBytes.roundedUp(to: 64) }

    /// The status, which each part of an optimizer's instruction may set.
    var statusBytes: Range<Int> {
        slices.first { $0.kind == .status }.map { $0.bytes } ?? 0..<0
    }
}

extension StateSlice {
    /// Its bytes of the state arena.
    package var bytes: Range<Int> { offset..<offset + elements * 4 }
}
