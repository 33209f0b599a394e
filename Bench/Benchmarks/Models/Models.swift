import ApusBenchmarks
import Benchmark

/// Heap allocations of a run. The library's own counters need an allocator of theirs; this is fed by ours.
private let allocations = BenchmarkMetric.custom("allocations", polarity: .prefersSmaller, useScalingFactor: false)

let benchmarks: @Sendable () -> Void = {
    for entry in ModelCase.all {
        Benchmark(
            entry.name,
            configuration: .init(
                metrics: [.wallClock, allocations], timeUnits: .microseconds, warmupIterations: 2,
                maxDuration: .milliseconds(300),
                maxIterations: 1000, thresholds: [allocations: .strict]),
            closure: { (benchmark: Benchmark, prepared: any PreparedRun) in
                let before = allocationCount()
                benchmark.startMeasurement()
                prepared.run()
                benchmark.stopMeasurement()
                benchmark.measurement(allocations, Int(allocationCount() - before))
            },
            setup: { try entry.prepare() })
    }
}
