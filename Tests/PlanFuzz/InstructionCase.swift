import ApusInstructions
import ApusPlan
import ApusRuntime
import TestSupport

/// What became of a case that did no harm.
enum Outcome: Int, CaseIterable {
    /// The verifier refused it.
    case refused
    /// It was run.
    case ran
    /// It asks for more memory than there is here, or for more steps.
    case tooLarge
}

/// An instruction with changed parameters. Each operand of it lies between pages that can't be touched, on as many bytes as its
/// definition gives: who touches a byte more ends the process.
struct InstructionCase {
    let subject: SubjectInstruction
    private(set) var words: Words
    /// `word 3 is 7 instead of 2`
    private(set) var changes: [String] = []

    /// The most steps that are waited for.
    static let stepLimit = 1 << 26

    init(_ subject: SubjectInstruction) {
        self.subject = subject
        words = Words(subject.parameters)
    }

    /// Changes a word to one of its values.
    mutating func change(word: Int, value number: Int) { set(word, words.value(number, of: word)) }

    /// Changes one to four words at random.
    mutating func change(_ random: inout SplitMix64) {
        for _ in 0..<1 + random.next() % 4 {
            let word = Int(random.next() % UInt64(words.count))
            if random.next() % 8 == 0 {
                set(word, UInt32(truncatingIfNeeded: random.next()))
            } else {
                change(word: word, value: Int(random.next() % UInt64(words.valueCount)))
            }
        }
    }

    private mutating func set(_ word: Int, _ value: UInt32) {
        changes.append("word \(word) is \(Int32(bitPattern: value)) instead of \(Int32(bitPattern: words[word]))")
        words[word] = value
    }

    var description: String { "\(subject.name): \(changes.joined(separator: ", "))" }

    /// Has the kernel compute it, whole and in parts, for some numbers of samples, with and without what may be left out.
    func run(in memory: GuardedMemory) throws -> Outcome {
        let lanes = subject.target.lanes
        let instruction = Instruction(subject.opcode, operands: [], parameters: words.bytes, label: "")
        guard let definition = try? instruction.definition(lanes: lanes) else { return .refused }
        let kernel = try Processor.kernel(for: subject.opcode, on: subject.target)
        var outcome = Outcome.tooLarge
        for samples in [1, 3] {
            let extents = definition.operands(samples: samples)
            guard
                instruction.steps(definition, samples: samples) <= Self.stepLimit,
                extents.allSatisfy({ $0.bytes.count <= GuardedSlab.size })
            else { continue }
            outcome = .ran
            let optional = Set(extents.indices.filter { extents[$0].isOptional })
            let choices: [Set<Int>] = optional.isEmpty ? [[]] : [[], optional]
            for absent in choices {
                for end in GuardedEnd.allCases {
                    let addresses = memory.addresses(extents, end, absent: absent)
                    Self.call(kernel, addresses, words.bytes, samples: samples)
                    if samples > 1 { continue }
                    for partition in definition.partitions
                    where partition.units > 1 && partition.absent.map({ addresses[$0] == nil }) != false {
                        Self.call(kernel, addresses, partition)
                    }
                }
            }
        }
        return outcome
    }

    /// The first and the last unit, and both halves.
    private static func call(
        _ kernel: Kernel, _ addresses: [UnsafeMutableRawPointer?], _ partition: Partition
    ) {
        let (units, middle) = (partition.units, partition.units / 2)
        for range in [0..<1, units - 1..<units, 0..<middle, middle..<units] {
            let part = partition.part(range)
            let own = addresses.enumerated().map { number, address in address.map { $0 + part.offsets[number] } }
            call(kernel, own, part.parameters, samples: 1)
        }
    }

    private static func call(
        _ kernel: Kernel, _ addresses: [UnsafeMutableRawPointer?], _ parameters: [UInt8], samples: Int
    ) {
        // As a session has them: at a multiple of 16.
        withUnsafeTemporaryAllocation(byteCount: parameters.count + 16, alignment: 16) { room in
            room.copyBytes(from: parameters)
            addresses.withUnsafeBufferPointer { kernel($0.baseAddress!, room.baseAddress!, samples) }
        }
    }
}
