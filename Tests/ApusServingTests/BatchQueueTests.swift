import TestSupport
import Testing

@testable import ApusServing

@Suite("Which requests share a batch")
struct BatchQueueTests {
    private func queue(
        _ maximumBatch: Int = 4, delay: UInt64 = 100, capacity: Int = 10, joins: Bool = true
    ) -> BatchQueue<String> {
        BatchQueue(maximumBatch: maximumBatch, delay: delay, capacity: capacity, joinsRequests: joins)
    }

    /// The macro takes no call that changes what it is called on.
    private func expect(_ isSo: Bool, at place: SourceLocation = #_sourceLocation) {
        #expect(isSo, sourceLocation: place)
    }

    @Test func aFullBatchIsDueAtOnce() {
        var queue = queue()
        #expect(queue.due == nil)
        for name in ["a", "b", "c"] { expect(queue.append(name, samples: 1, at: 1000)) }
        #expect(queue.due == 1100)
        expect(queue.take(at: 1050) == nil)
        expect(queue.append("d", samples: 1, at: 1050))
        expect(queue.take(at: 1050) == ["a", "b", "c", "d"])
        #expect(queue.due == nil)
        #expect(queue.samples == 0)
    }

    @Test func theFirstWaitsNoLongerThanTheDelay() {
        var queue = queue()
        _ = queue.append("a", samples: 1, at: 1000)
        _ = queue.append("b", samples: 1, at: 1099)
        expect(queue.take(at: 1099) == nil)
        expect(queue.take(at: 1100) == ["a", "b"])
        // The next one's time begins with its own arrival.
        _ = queue.append("c", samples: 1, at: 1101)
        #expect(queue.due == 1201)
    }

    @Test func withoutDelayWhatWaitsIsTaken() {
        var queue = queue(delay: 0)
        _ = queue.append("a", samples: 1, at: 5)
        _ = queue.append("b", samples: 1, at: 5)
        expect(queue.take(at: 5) == ["a", "b"])
    }

    @Test func aRequestIsNeverCutNorOvertaken() {
        var queue = queue()
        _ = queue.append("a", samples: 3, at: 0)
        _ = queue.append("b", samples: 2, at: 0)
        _ = queue.append("c", samples: 1, at: 0)
        expect(queue.take(at: 0) == ["a"])
        expect(queue.take(at: 0) == nil)
        expect(queue.take(at: 100) == ["b", "c"])
    }

    @Test func whatCannotBeJoinedGoesAlone() {
        var queue = queue(joins: false)
        _ = queue.append("a", samples: 1, at: 0)
        _ = queue.append("b", samples: 1, at: 0)
        expect(queue.take(at: 0) == ["a"])
        expect(queue.take(at: 0) == ["b"])
    }

    @Test func aFullQueueRefuses() {
        var queue = queue(100, capacity: 2)
        expect(queue.append("a", samples: 1, at: 0))
        expect(queue.append("b", samples: 1, at: 0))
        expect(!queue.append("c", samples: 1, at: 0))
        expect(queue.take(at: 0, isEnding: true) == ["a", "b"])
        expect(queue.append("c", samples: 1, at: 0))
    }

    /// Whatever comes when: each request is in one batch, in order, no batch is too large, and none waits past its time.
    @Test(arguments: 0..<20) func randomArrivals(seed: Int) {
        var random = SplitMix64(seed: seed)
        var queue = BatchQueue<Int>(
            maximumBatch: .random(in: 1...9, using: &random), delay: .random(in: 0...50, using: &random),
            capacity: 1000, joinsRequests: true)
        var time: UInt64 = 0
        var sizes: [Int] = []
        var arrivals: [UInt64] = []
        var answered = 0
        for _ in 0..<500 {
            time += .random(in: 0...20, using: &random)
            while let due = queue.due, due <= time, let batch = queue.take(at: max(due, arrivals[answered])) {
                #expect(batch == Array(answered..<answered + batch.count), "seed \(seed)")
                #expect(batch.reduce(0) { $0 + sizes[$1] } <= queue.maximumBatch, "seed \(seed)")
                if due > 0 { #expect(due == arrivals[batch[0]] + queue.delay, "seed \(seed)") }
                answered += batch.count
            }
            let size = Int.random(in: 1...queue.maximumBatch, using: &random)
            expect(queue.append(sizes.count, samples: size, at: time))
            sizes.append(size)
            arrivals.append(time)
        }
        while let batch = queue.take(at: time, isEnding: true) { answered += batch.count }
        #expect(answered == 500 && queue.count == 0 && queue.samples == 0, "seed \(seed)")
    }
}
