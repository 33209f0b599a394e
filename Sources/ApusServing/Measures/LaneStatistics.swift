internal import Synchronization

/// Counts and times of what one lane answered. Its owner writes them once for each run, others read copies.
package final class LaneStatistics: Sendable {
    private let counts: Mutex<InferenceCounts>

    init(maximumBatch: Int) { counts = Mutex(InferenceCounts(maximumBatch: maximumBatch)) }

    package var copy: InferenceCounts { counts.withLock { $0 } }

    func noteRefused() { counts.withLock { $0.refused += 1 } }

    func noteFailed(nanoseconds: UInt64) { counts.withLock { $0.failure.add(nanoseconds) } }

    func noteRun(
        tasks: [InferenceTask], samples: Int, start: UInt64, computing: UInt64, computed: UInt64, end: UInt64
    ) {
        let wall = wallMilliseconds()
        counts.withLock { counts in
            counts.lastInference = wall
            counts.inferences += UInt64(samples)
            counts.executions += 1
            for task in tasks {
                counts.success.add(end - task.arrival)
                counts.queue.add(start - min(start, task.arrival))
                counts.queueTimes.add(start - min(start, task.arrival))
                counts.requestTimes.add(end - task.arrival)
            }
            // Each of the requests waited for all of the run.
            let requests = UInt64(tasks.count)
            counts.input.add(computing - start, times: requests)
            counts.compute.add(computed - computing, times: requests)
            counts.output.add(end - computed, times: requests)
            counts.computeTimes.add(computed - computing)
            let index = min(samples, counts.batches.count) - 1
            counts.batches[index].input.add(computing - start)
            counts.batches[index].compute.add(computed - computing)
            counts.batches[index].output.add(end - computed)
        }
    }
}

/// How often something was done, and how long it took altogether.
package struct TimeSum: Sendable, Equatable {
    package var count: UInt64 = 0
    package var nanoseconds: UInt64 = 0

    mutating func add(_ nanoseconds: UInt64, times: UInt64 = 1) {
        count += times
        self.nanoseconds &+= nanoseconds &* times
    }

    static func += (left: inout TimeSum, right: TimeSum) {
        left.count += right.count
        left.nanoseconds &+= right.nanoseconds
    }
}

/// What was answered for a model, by one lane or by all of them.
package struct InferenceCounts: Sendable, Equatable {
    package var success = TimeSum()
    package var failure = TimeSum()
    /// Requests that found the queue full.
    package var refused: UInt64 = 0
    package var queue = TimeSum()
    package var input = TimeSum()
    package var compute = TimeSum()
    package var output = TimeSum()
    /// Samples that were answered, and runs.
    package var inferences: UInt64 = 0
    package var executions: UInt64 = 0
    /// Milliseconds since 1970; 0: never.
    package var lastInference: UInt64 = 0
    package var queueTimes = Histogram()
    package var computeTimes = Histogram()
    package var requestTimes = Histogram()

    /// Runs of so many samples.
    package struct Batch: Sendable, Equatable {
        package var input = TimeSum()
        package var compute = TimeSum()
        package var output = TimeSum()
    }
    /// By the number of samples less one.
    package var batches: [Batch]

    package init(maximumBatch: Int) { batches = Array(repeating: Batch(), count: maximumBatch) }

    package static func += (left: inout InferenceCounts, right: InferenceCounts) {
        left.success += right.success
        left.failure += right.failure
        left.refused += right.refused
        left.queue += right.queue
        left.input += right.input
        left.compute += right.compute
        left.output += right.output
        left.inferences += right.inferences
        left.executions += right.executions
        left.lastInference = max(left.lastInference, right.lastInference)
        left.queueTimes += right.queueTimes
        left.computeTimes += right.computeTimes
        left.requestTimes += right.requestTimes
        for index in right.batches.indices {
            if index == left.batches.count { left.batches.append(Batch()) }
            left.batches[index].input += right.batches[index].input
            left.batches[index].compute += right.batches[index].compute
            left.batches[index].output += right.batches[index].output
        }
    }
}

/// How many times were how long, in buckets that double.
package struct Histogram: Sendable, Equatable {
    /// The first bucket ends at 2 µs, each at twice the one before, and the last has no end.
    package static let firstBound: UInt64 = 2_000
    package static let bucketCount = 24

    package private(set) var buckets = [UInt64](repeating: 0, count: Histogram.bucketCount)
    package private(set) var nanoseconds: UInt64 = 0

    package init() {}

    /// O(1).
    package mutating func add(_ nanoseconds: UInt64) {
        self.nanoseconds &+= nanoseconds
        let units = (nanoseconds + Self.firstBound - 1) / Self.firstBound
        let bucket = units <= 1 ? 0 : UInt64.bitWidth - (units - 1).leadingZeroBitCount
        buckets[min(bucket, Self.bucketCount - 1)] += 1
    }

    /// What the times of a bucket are at most, in nanoseconds; nil for the last.
    package static func bound(_ bucket: Int) -> UInt64? {
        bucket < bucketCount - 1 ? firstBound << UInt64(bucket) : nil
    }

    package static func += (left: inout Histogram, right: Histogram) {
        for bucket in left.buckets.indices { left.buckets[bucket] += right.buckets[bucket] }
        left.nanoseconds &+= right.nanoseconds
    }
}
