/// Whether the threads of a session share a sample, or one of them answers it alone: whichever took less time when both were tried last.
///
/// What sharing costs can't be known when the plan is made. Cores that have a cache in common hand values over ten times as fast as
/// others, and the system may move a thread from one to the other kind at any time. The bits are the same either way, so it is tried: a
/// few samples shared and a few alone, and again after many more.
package struct SharingChoice {
    /// Samples since both were tried.
    private var sample = 0
    private var sharedTicks = UInt64.max
    private var aloneTicks = UInt64.max

    /// Samples that each is tried for. The first of them finds the values in other threads' caches, and doesn't count.
    package static let trials = 4
    /// Samples from one trial to the next: where one way takes twice the time of the other, trials cost less than a hundredth.
    package static let period = 512

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
        sample = sample + 1 == Self.period ? 0 : sample + 1
    }
}
