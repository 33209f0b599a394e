import CPlatform
import Glibc

/// The processor's counter as a clock: a reading takes some ten nanoseconds, and how long a tick is follows from a moment
/// that was noted in the counter's and in the system's time.
package struct TickClock: Sendable {
    private let startTicks: UInt64
    private let startNanoseconds: Int
    /// Ticks between two readings with nothing in between: the minimum of many.
    package let cost: UInt64

    package init() {
        var minimum = UInt64.max
        for _ in 0..<1000 {
            let before = apus_ticks()
            let after = apus_ticks()
            minimum = min(minimum, after &- before)
        }
        cost = minimum
        startNanoseconds = Self.nanoseconds()
        startTicks = apus_ticks()
    }

    /// The length of a tick in seconds, from the time since the clock was made: the longer ago, the more exact.
    ///
    /// The first call waits until a millisecond is over.
    package func secondsPerTick() -> Double {
        var nanoseconds = 0
        repeat { nanoseconds = Self.nanoseconds() - startNanoseconds } while nanoseconds < 1_000_000
        return Double(nanoseconds) * 1e-9 / Double(max(1, apus_ticks() &- startTicks))
    }

    private static func nanoseconds() -> Int {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
