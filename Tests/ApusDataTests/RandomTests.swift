import ApusData
import ApusGraph
import Testing

@Suite struct RandomTests {
    /// The known answers that the authors of Philox publish with their library (philox4x32, 10 rounds).
    @Test func philoxGivesTheKnownAnswers() {
        #expect(
            Philox.words(counter: (0, 0, 0, 0), key: (0, 0)) == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
        let ones = UInt32.max
        #expect(
            Philox.words(counter: (ones, ones, ones, ones), key: (ones, ones)) == (
                0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD
            ))
        #expect(
            Philox.words(counter: (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: (0xA409_3822, 0x299F_31D0))
                == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
    }

    @Test func streamsDiffer() {
        func first(_ seed: UInt64, _ purpose: CounterRandom.Purpose, _ stream: UInt64) -> UInt64 {
            var random = CounterRandom(seed: seed, purpose: purpose, stream: stream)
            return random.next()
        }
        let numbers = [
            first(1, .shuffle, 0), first(2, .shuffle, 0), first(1, .digits, 0), first(1, .shuffle, 1),
            first(1, .shuffle, 1 << 32), first(1 << 32, .shuffle, 0),
        ]
        #expect(Set(numbers).count == numbers.count)
        #expect(first(1, .shuffle, 0) == numbers[0])
    }

    @Test func numbersAreSpreadAsTheyShould() {
        var random = CounterRandom(seed: 5, purpose: .test)
        var counts = [Int](repeating: 0, count: 7)
        var sum = 0.0
        var squares = 0.0
        let count = 70_000
        for _ in 0..<count {
            counts[Int(random.integer(below: 7))] += 1
            let normal = Double(random.normal())
            sum += normal
            squares += normal * normal
            let uniform = random.uniform()
            #expect(uniform >= 0 && uniform < 1)
        }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 450 })
        #expect(abs(sum / Double(count)) < 0.02)
        #expect(abs(squares / Double(count) - 1) < 0.03)
    }

    @Test func shuffleIsAPermutation() {
        for seed in UInt64(0)..<20 {
            let count = Int(seed * seed)
            let order = Shuffle.permutation(count: count, seed: seed, epoch: 3)
            #expect(order.sorted() == (0..<Int32(count)).map { $0 }, "seed \(seed)")
            #expect(order == Shuffle.permutation(count: count, seed: seed, epoch: 3), "seed \(seed)")
            if count > 20 { #expect(order != Shuffle.permutation(count: count, seed: seed, epoch: 4), "seed \(seed)") }
        }
        // Each sample comes first about equally often.
        var firsts = [Int](repeating: 0, count: 5)
        for epoch in 0..<5000 { firsts[Int(Shuffle.permutation(count: 5, seed: 9, epoch: epoch)[0])] += 1 }
        #expect(firsts.allSatisfy { abs($0 - 1000) < 130 })
    }

    @Test func splitKeepsEverySampleOnce() {
        let (training, heldOut) = Shuffle.split(count: 1000, heldOut: 100, seed: 1)
        #expect(training.count == 900 && heldOut.count == 100)
        #expect((training + heldOut).sorted() == (0..<1000).map { $0 })
        #expect(heldOut != (900..<1000).map { $0 })
        #expect(Shuffle.split(count: 3, heldOut: 0, seed: 1).training == [0, 1, 2])
    }
}
