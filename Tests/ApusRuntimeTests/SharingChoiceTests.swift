import ApusRuntime
import Testing

/// Whether threads share a sample is tried, again and again.
@Suite struct SharingChoiceTests {
    /// Goes through 5,000 samples, where a shared sample takes so long and others 100; returns how
    /// many there were, and how many of them were shared.
    private func samples(of choice: inout SharingChoice, ticks: UInt64) -> (samples: Int, shared: Int) {
        var (samples, shared) = (0, 0)
        for _ in 0..<5_000 {
            let isShared = choice.isShared
            shared += isShared ? 1 : 0
            samples += 1
            choice.note(ticks: isShared ? ticks : 100)
        }
        return (samples, shared)
    }

    @Test func theQuickerWayIsTaken() {
        var choice = SharingChoice()
        #expect(choice.isShared, "the first sample is shared")
        let quick = samples(of: &choice, ticks: 60)
        #expect(Double(quick.shared) > 0.98 * Double(quick.samples))
        // The threads were moved: one does better alone, and later they share again.
        let slow = samples(of: &choice, ticks: 300)
        #expect(Double(slow.shared) < 0.1 * Double(slow.samples))
        let again = samples(of: &choice, ticks: 60)
        #expect(Double(again.shared) > 0.8 * Double(again.samples))
    }

    /// What it costs to try the slower way again and again.
    @Test(arguments: [50, 80, 99, 101, 110, 150, 300, 1_000] as [UInt64])
    func trialsCostLittle(ticks: UInt64) {
        var choice = SharingChoice()
        var (spent, least) = (0, 0)
        for _ in 0..<50_000 {
            let taken = choice.isShared ? ticks : 100
            choice.note(ticks: taken)
            spent += Int(taken)
            least += Int(min(ticks, 100))
        }
        #expect(Double(spent) < 1.03 * Double(least), "\(ticks)")
    }

    /// A whole trial was disturbed: the next one comes soon, however clear it seemed.
    @Test func aWrongTrialIsSoonCorrected() {
        var choice = SharingChoice()
        var sample = 0
        while sample < 2 * SharingChoice.shortestPeriod {
            choice.note(ticks: choice.isShared ? sample < SharingChoice.trials ? 1_000 : 60 : 100)
            sample += 1
        }
        #expect(choice.isShared)
        // Those that agree are further and further apart.
        var (inARow, longest) = (0, 0)
        for _ in 0..<5_000 {
            inARow = choice.isShared ? inARow + 1 : 0
            longest = max(longest, inARow)
            choice.note(ticks: choice.isShared ? 60 : 100)
        }
        #expect(longest > 2 * SharingChoice.shortestPeriod)
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
