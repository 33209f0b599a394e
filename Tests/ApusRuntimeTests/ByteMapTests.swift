import Testing

@testable import ApusRuntime

@Suite struct ByteMapTests {
    /// Against an array with an element for each byte.
    @Test func knowsEachByte() {
        for seed in UInt64(1)...50 {
            var random = Numbers(seed)
            let count = 1 + random.next(60)
            var (map, bytes) = (ByteMap(count, 0), [Int](repeating: 0, count: count))
            for _ in 0..<40 {
                let (one, other) = (random.next(count + 1), random.next(count + 1))
                let range = min(one, other)..<max(one, other)
                if random.next(2) == 0 {
                    let value = random.next(4)
                    map.set(range, to: value)
                    for byte in range { bytes[byte] = value }
                } else {
                    map.update(range) { $0 += 1 }
                    for byte in range { bytes[byte] += 1 }
                }
                let all = map.entries.flatMap { entry in entry.bytes.map { _ in entry.value } }
                #expect(all == bytes, "seed \(seed)")
                let part = map.entries(in: range)
                #expect(
                    part.flatMap { entry in entry.bytes.map { _ in entry.value } } == Array(bytes[range]),
                    "seed \(seed)")
                #expect(part.first?.bytes.lowerBound ?? range.lowerBound == range.lowerBound, "seed \(seed)")
            }
        }
    }

    @Test func setsOfRanks() {
        var set = RankSet([0, 63, 64, 130], of: 131)
        #expect(set.members == [0, 63, 64, 130] && set.count == 4 && set.first == 0)
        set.formUnion(RankSet([5], of: 131))
        #expect(set.contains(5) && !set.contains(6))
        #expect(RankSet([63, 5], of: 131).isSubset(of: set) && !RankSet([6], of: 131).isSubset(of: set))
        #expect(set.subtracting(RankSet([0, 130], of: 131)).members == [5, 63, 64])
        #expect(RankSet.all(70).count == 70 && RankSet(of: 70).isEmpty && RankSet(of: 70).first == nil)
    }

    /// SplitMix64.
    private struct Numbers {
        private var state: UInt64
        init(_ seed: UInt64) { state = seed }
        mutating func next(_ limit: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return Int((word ^ word >> 31) % UInt64(limit))
        }
    }
}
