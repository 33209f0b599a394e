import ApusRuntime
import Testing

/// Whether threads share a sample is tried, again and again.
@Suite struct SharingChoiceTests {
    /// How many of a period's samples are shared, where a shared one takes so long and others 100.
    private func sharedSamples(of choice: inout SharingChoice, ticks: UInt64) -> Int {
        var count = 0
        for _ in 0..<SharingChoice.period {
            if choice.isShared { count += 1 }
            choice.note(ticks: choice.isShared ? ticks : 100)
        }
        return count
    }

    @Test func theQuickerWayIsTaken() {
        var choice = SharingChoice()
        #expect(choice.isShared, "the first sample is shared")
        #expect(sharedSamples(of: &choice, ticks: 60) == SharingChoice.period - SharingChoice.trials)
        // The threads were moved: from the next trial on one does better alone, and later they share again.
        #expect(sharedSamples(of: &choice, ticks: 300) == SharingChoice.trials)
        #expect(sharedSamples(of: &choice, ticks: 60) == SharingChoice.period - SharingChoice.trials)
    }

    @Test func aDisturbedSampleDecidesNothing() {
        var choice = SharingChoice()
        for sample in 0..<2 * SharingChoice.trials {
            // One of the shared ones is interrupted, and the first of those alone was lucky.
            let isInterrupted = sample == 2
            let isLucky = sample == SharingChoice.trials
            choice.note(ticks: isInterrupted ? 9_000 : isLucky ? 1 : choice.isShared ? 60 : 100)
        }
        #expect(choice.isShared)
    }
}
