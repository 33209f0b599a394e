/// Whether the threads of a session share a sample, or one of them answers it alone: whichever took less time when both were tried last.
///
/// What sharing costs can't be known when the plan is made. Cores that have a cache in common hand values over several times as fast
/// as others, and the system may move a thread from one to the other kind at any time. The bits are the same either way, so it is tried: a
/// few samples shared and a few alone, and again after more of them: the sooner, the less there is to lose.
package struct SharingChoice {
    /// Samples since both were tried.
    private var sample = 0
    private var sharedTicks = UInt64.max
    private var aloneTicks = UInt64.max

    /// Samples of the trial, and those that are answered in the better way after it.
    private var period = Self.shortestPeriod
    /// Trials in a row that ended as the last one did. The first ones soon follow each other: one that ended as it did because the
    /// system had not yet moved the threads apart is not believed for long.
    private var agreements = 0
    private var sharedWon: Bool?

    /// Samples that each is tried for. The first of them finds the values in other threads' caches, and doesn't count.
    package static let trials = 4
    package static let shortestPeriod = 64
    /// What trials may cost, as a share of all samples' time: where one way is much slower, it is tried less often.
    private static let cost = 0.01
    private static let longestPeriod = 4096.0

    package init() {}

    /// Whether the next sample is shared.
    package var isShared: Bool {
        if sample < Self.trials { return true }
        if sample < 2 * Self.trials { return false }
        return sharedTicks < aloneTicks
    }

    /// Takes in how long the sample took.
    package mutating func note(ticks: UInt64) {
        switch sample {
        case 0: (sharedTicks, aloneTicks) = (.max, .max)
        case 1..<Self.trials: sharedTicks = min(sharedTicks, ticks)
        case Self.trials + 1..<2 * Self.trials: aloneTicks = min(aloneTicks, ticks)
        default: break
        }
        sample += 1
        if sample == 2 * Self.trials {
            let (better, worse) = (min(sharedTicks, aloneTicks), max(sharedTicks, aloneTicks))
            let lost = Double(Self.trials) * (Double(worse) / Double(max(better, 1)) - 1)
            let affordable = max(Self.shortestPeriod, Int(min(lost / Self.cost, Self.longestPeriod)))
            agreements = sharedWon == isShared ? agreements + 1 : 0
            sharedWon = isShared
            period = min(affordable, Self.shortestPeriod << min(agreements, 16))
        }
        if sample == period { sample = 0 }
    }
}
