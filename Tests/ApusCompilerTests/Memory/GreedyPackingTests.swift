import Testing

@testable import ApusCompiler

@Suite("Greedy packing")
struct GreedyPackingTests {
    @Test(arguments: 1...6)
    func buffersLieWhereTheDefinitionPutsThem(seed: Int) {
        var generator = SeededGenerator(seed: seed)
        let unit = [1, 64][seed % 2]
        // Some are live with more than the packing lists, the others with few.
        let crowd = randomRequests(count: 300, duration: 30, maximumSize: 40, unit: unit, using: &generator)
        let few = (0..<100).map { number in
            BufferRequest(
                size: Int.random(in: 1...40 * unit, using: &generator), firstUse: 25 + number,
                lastUse: 25 + number + Int.random(in: 0...5, using: &generator), alignment: unit)
        }
        let greedy = GreedyPacking(requests: (crowd + few).shuffled(using: &generator))
        for order in GreedyPacking.Order.allCases {
            for fit in GreedyPacking.Fit.allCases {
                #expect(
                    greedy.offsets(order: order, fit: fit) == definition(greedy, order, fit),
                    "seed \(seed), \(order), \(fit)")
            }
        }
    }

    /// Each buffer in turn, in the lowest or tightest of the gaps that all others leave.
    private func definition(_ greedy: GreedyPacking, _ order: GreedyPacking.Order, _ fit: GreedyPacking.Fit) -> [Int] {
        let requests = greedy.requests
        var offsets = Array(repeating: -1, count: requests.count)
        for buffer in greedy.sequence(order) {
            let others = requests.indices.filter { offsets[$0] >= 0 && requests[$0].isLive(with: requests[buffer]) }
            let footprint = requests[buffer].footprint
            let starts = [0] + others.map { offsets[$0] + requests[$0].footprint }
            let gaps = starts.compactMap { start -> (start: Int, size: Int)? in
                let isFree = others.allSatisfy {
                    offsets[$0] >= start + footprint || offsets[$0] + requests[$0].footprint <= start
                }
                let end = others.map { offsets[$0] }.filter { $0 >= start }.min()
                return isFree ? (start, end.map { $0 - start } ?? Int.max) : nil
            }
            let best = gaps.min {
                fit == .lowest ? $0.start < $1.start : ($0.size, $0.start) < ($1.size, $1.start)
            }
            offsets[buffer] = best?.start ?? -1
        }
        return offsets
    }

    /// As in training: what the forward pass makes lives on until the backward pass, and something short stands beside each.
    @Test func manyLiveBuffersTakeNoSquareOfTheTime() {
        func time(_ count: Int) -> Duration {
            var generator = SeededGenerator(seed: 3)
            let kept = (0..<count).map {
                BufferRequest(
                    size: 64 * Int.random(in: 1...20, using: &generator), firstUse: $0, lastUse: 2 * count - $0)
            }
            let short = (0..<2 * count).map {
                BufferRequest(size: 64 * Int.random(in: 1...20, using: &generator), firstUse: $0, lastUse: $0 + 1)
            }
            let greedy = GreedyPacking(requests: kept + short)
            return ContinuousClock().measure { _ = greedy.offsets(order: .size, fit: .lowest) }
        }
        // Four times the buffers would take sixteen times as long. The least of several: others use the machine too.
        var minimum = (few: Duration.seconds(1000), many: Duration.seconds(1000))
        for _ in 0..<3 {
            minimum.few = min(minimum.few, time(1000))
            minimum.many = min(minimum.many, time(4000))
        }
        #expect(minimum.many < minimum.few * 9)
    }
}
