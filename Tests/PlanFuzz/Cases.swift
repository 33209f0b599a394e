import TestSupport

/// All cases of some subjects, by their numbers.
struct Cases {
    let subjects: Subjects
    let seed: UInt64
    /// How many values all words of all instructions have together.
    let valueCount: Int
    /// Before each instruction: the values of those before it.
    private let starts: [Int]
    /// By which the values are gone through: a prime, so that all of them have their turn.
    private static let stride = 1_000_003

    init(_ subjects: Subjects, seed: UInt64) {
        self.subjects = subjects
        self.seed = seed
        var (starts, sum): ([Int], Int) = ([], 0)
        for subject in subjects.instructions {
            starts.append(sum)
            let words = Words(subject.parameters)
            sum += words.count * words.valueCount
        }
        self.starts = starts
        valueCount = sum
    }

    func description(of number: Int) -> String {
        switch made(number) {
        case .plan(let one): one.description
        case .instruction(let one): one.description
        }
    }

    func run(_ number: Int, in memory: GuardedMemory) throws -> Outcome {
        switch made(number) {
        case .plan(let one): try one.run()
        case .instruction(let one): try one.run(in: memory)
        }
    }

    private enum Made {
        case plan(PlanCase)
        case instruction(InstructionCase)
    }

    private func made(_ number: Int) -> Made {
        var random = SplitMix64(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        switch number / 4 % 4 {
        case 0:
            let plan = subjects.plans[Int(random.next() % UInt64(subjects.plans.count))]
            return .plan(PlanCase(plan, &random))
        case 1:
            var one = InstructionCase(subjects.instructions[Int(random.next() % UInt64(subjects.instructions.count))])
            one.change(&random)
            return .instruction(one)
        default:
            // Of sixteen numbers eight come here.
            let place = number / 16 * 8 + number % 16 - 8
            return .instruction(systematic((place &* Self.stride &+ Int(truncatingIfNeeded: seed >> 1)) % valueCount))
        }
    }

    /// The case of one value of all.
    private func systematic(_ place: Int) -> InstructionCase {
        let place = abs(place)
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= place { low = middle } else { high = middle }
        }
        let subject = subjects.instructions[low]
        var one = InstructionCase(subject)
        let values = Words(subject.parameters).valueCount
        one.change(word: (place - starts[low]) / values, value: (place - starts[low]) % values)
        return one
    }
}
