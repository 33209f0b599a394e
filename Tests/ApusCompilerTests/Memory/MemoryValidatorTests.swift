import ApusCompiler
import Testing

@Suite("The validator of memory plans")
struct MemoryValidatorTests {
    private let requests = [
        BufferRequest(size: 100, firstUse: 0, lastUse: 2), BufferRequest(size: 64, firstUse: 2, lastUse: 3),
        BufferRequest(size: 64, firstUse: 3, lastUse: 4),
    ]

    private func plan(_ offsets: [Int], size: Int = 192, lowerBound: Int = 192) -> MemoryPlan {
        MemoryPlan(offsets: offsets, size: size, lowerBound: lowerBound, isOptimal: false, searchNodes: 0)
    }

    private func messages(_ plan: MemoryPlan) -> [String] { plan.violations(of: requests).map(\.description) }

    @Test func acceptsARightPlan() throws {
        #expect(messages(plan([0, 128, 0])) == [])
        try plan([0, 128, 0]).validate(requests)
        #expect(throws: MemoryViolation.wrongCount(offsets: 1, requests: 3)) { try plan([0]).validate(requests) }
    }

    @Test func namesWhatIsWrong() {
        #expect(messages(plan([0])) == ["the plan has 1 offsets for 3 buffers"])
        #expect(messages(plan([0, 128, 32])) == ["buffer 2 is at 32, which is not a multiple of 64"])
        #expect(
            messages(plan([0, 64, 0])) == [
                "buffers 0 and 1 share bytes while both are live, from instruction 2 on"
            ])
        #expect(
            messages(plan([0, 192, 0])) == ["buffer 1 at 192 with 64 bytes is not inside the arena of 192 bytes"])
        #expect(
            messages(plan([-64, 128, 0])) == ["buffer 0 at -64 with 100 bytes is not inside the arena of 192 bytes"])
        #expect(
            messages(plan([0, 128, 0], lowerBound: 128)) == [
                "the plan claims a lower bound of 128 bytes, but it is 192"
            ])
        #expect(
            messages(plan([64, 0, 64], size: 164)) == ["the plan claims 164 bytes, below the lower bound of 192"])
    }

    /// The validator's answer about overlaps and limits, against a map of every byte at every instruction.
    @Test func agreesWithAnOccupancyMap() {
        var wrong = 0
        for seed in 0..<500 {
            var generator = SeededGenerator(seed: seed)
            let requests = randomRequests(count: 5, duration: 8, maximumSize: 3, unit: 4, using: &generator)
            let offsets = requests.map { _ in Int.random(in: 0...8, using: &generator) * 4 }
            let size = 40
            let plan = plan(offsets, size: size)
            var isRight = true
            for instruction in 0..<8 {
                var owners = Array(repeating: 0, count: size)
                for (request, offset) in zip(requests, offsets)
                where request.firstUse <= instruction && instruction <= request.lastUse {
                    for byte in offset..<(offset + request.size) {
                        if byte < size { owners[byte] += 1 } else { isRight = false }
                    }
                }
                if owners.contains(where: { $0 > 1 }) { isRight = false }
            }
            let violations = plan.violations(of: requests).filter {
                switch $0 {
                case .overlap, .outside: true
                default: false
                }
            }
            #expect(violations.isEmpty == isRight, "seed \(seed)")
            if !isRight { wrong += 1 }
        }
        #expect((50...450).contains(wrong))
    }
}
