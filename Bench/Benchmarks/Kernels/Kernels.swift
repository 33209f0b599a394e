import ApusBenchmarks
import Benchmark

let benchmarks: @Sendable () -> Void = {
    for entry in KernelCase.all {
        Benchmark(
            entry.name,
            configuration: .init(
                metrics: [.wallClock], timeUnits: .nanoseconds, warmupIterations: 2, maxDuration: .milliseconds(100),
                maxIterations: 10_000),
            closure: { (_: Benchmark, prepared: any PreparedRun) in prepared.run() },
            setup: { try entry.prepare() })
    }
}
