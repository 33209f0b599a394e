import ApusInstructions
import ApusPlan

/// When each buffer of the activation arena is in use, and which buffers have one memory.
struct BufferLives {
    /// The first instruction that uses each buffer's memory; `Int.max` where nobody uses it.
    private(set) var first: [Int]
    /// The last instruction that uses it.
    private(set) var last: [Int]
    private let sizes: [Int]
    /// The buffer whose memory each one lies in: most often its own.
    private var hosts: [Int]

    /// O(instructions).
    init(_ body: [PendingInstruction], sizes: [Int]) {
        first = Array(repeating: Int.max, count: sizes.count)
        last = Array(repeating: 0, count: sizes.count)
        hosts = Array(sizes.indices)
        self.sizes = sizes
        for (index, instruction) in body.enumerated() {
            for case .activation(let buffer, _) in instruction.operands {
                first[buffer] = min(first[buffer], index)
                last[buffer] = max(last[buffer], index)
            }
        }
    }

    /// The buffers that are used and have memory of their own.
    var owners: [Int] { hosts.indices.filter { hosts[$0] == $0 && first[$0] != Int.max } }

    /// The buffer whose memory `buffer` lies in.
    func host(of buffer: Int) -> Int { hosts[buffer] }

    /// Lets each result that is made of an operand that nobody needs any more lie where that is, if their instruction says that they
    /// may have one place. To the packing of the arena they are one buffer. O(instructions).
    ///
    /// - Parameters:
    ///   - samples: that go through the body at once.
    ///   - lanes: V, the vector width of the target.
    mutating func shareMemory(_ body: [PendingInstruction], samples: Int, lanes: Int) {
        for (index, instruction) in body.enumerated() {
            guard let kind = InstructionCatalogue.definition(of: instruction.opcode),
                // Only what ends here can be written over.
                instruction.operands.contains(where: { ends(in: $0, at: index) }),
                let definition = try? kind.init(ParameterBytes(instruction.parameters), lanes: lanes)
            else { continue }
            let allowed = definition.sharedPlaces(samples: samples * instruction.repeats)
            for pair in allowed { share(pair, allowed, instruction, at: index) }
        }
    }

    private func ends(in place: Place, at index: Int) -> Bool {
        guard case .activation(let buffer, _) = place else { return false }
        return last[hosts[buffer]] == index && first[hosts[buffer]] < index
    }

    private mutating func share(
        _ pair: SharedPlace, _ allowed: [SharedPlace], _ instruction: PendingInstruction, at index: Int
    ) {
        let operands = instruction.operands
        guard case .activation(let source, let offset) = operands[pair.operand],
            case .activation(let result, let resultOffset) = operands[pair.result]
        else { return }
        let host = hosts[source]
        guard hosts[result] == result, result != host, first[result] == index, first[host] < index, last[host] == index,
            sizes[host] == sizes[result], offset == resultOffset
        else { return }
        // All that the instruction has in either memory must be in this place.
        for (number, operand) in operands.enumerated() {
            guard case .activation(let buffer, let offset) = operand, hosts[buffer] == host || hosts[buffer] == result
            else { continue }
            guard
                number == pair.result
                    || offset == resultOffset && allowed.contains(SharedPlace(number, with: pair.result))
            else { return }
        }
        hosts[result] = host
        last[host] = last[result]
    }
}
