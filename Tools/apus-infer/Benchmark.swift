import ApusJSON
import ApusPlan
import ApusRuntime
import ApusText
import Glibc

/// Times runs of the network on made-up samples and prints how long one takes.
func benchmark(_ arguments: Arguments) throws(Failure) {
    var network = try loadFilled(arguments)
    let plan = network.plan
    let times: Times
    do { times = try measure(&network) } catch { throw Failure(error.description) }
    try printAnswer(
        arguments.isJSON
            ? report(times, plan, arguments, network.batch).pretty + "\n"
            : text(times, plan, arguments, network.batch))
}

/// The network with a batch of made-up samples.
func loadFilled(_ arguments: Arguments) throws(Failure) -> Network {
    let batch = arguments.batch ?? 1
    let network = try Network(try loadPlan(arguments, batch: batch), wanted: batch, arguments)
    guard network.batch == batch else {
        throw Failure("a batch of \(batch) takes too much memory; give a smaller --batch")
    }
    fill(network)
    return network
}

/// Sorted times of runs, in nanoseconds, without what reading the clock takes.
private struct Times {
    var sorted: [Int]
    var median: Double { sorted.count % 2 == 1 ? Double(sorted[sorted.count / 2]) : middle }
    /// The time that 99 of 100 runs don't exceed.
    var percentile99: Int { sorted[min(sorted.count - 1, (sorted.count * 99 + 99) / 100 - 1)] }

    private var middle: Double { Double(sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2 }
}

/// Warms up for a tenth of a second, then times runs for a second: 3 at least and 200,000 at most.
private func measure(_ network: inout Network) throws(SessionError) -> Times {
    let samples = network.batch
    try warmUp(&network)
    let overhead = clockOverhead()
    var times = [Int](repeating: 0, count: 200_000)
    let end = now() + 1_000_000_000
    var count = 0
    while count < times.count {
        let start = now()
        try network.run(samples: samples)
        let stop = now()
        times[count] = max(0, stop - start - overhead)
        count += 1
        if stop >= end && count >= 3 { break }
    }
    return Times(sorted: times[..<count].sorted())
}

/// Runs the network for a tenth of a second.
func warmUp(_ network: inout Network) throws(SessionError) {
    let end = now() + 100_000_000
    repeat { try network.run(samples: network.batch) } while now() < end
}

/// Nanoseconds since some moment.
func now() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// What a time of nothing at all reads: the minimum of many.
private func clockOverhead() -> Int {
    var minimum = Int.max
    for _ in 0..<1000 {
        let start = now()
        minimum = min(minimum, now() - start)
    }
    return minimum
}

/// Numbers from 0 to 1 that are the same each time (a linear congruential generator; Knuth, "The Art of Computer
/// Programming", volume 2, section 3.3.4); whole numbers are 0.
private func fill(_ network: borrowing Network) {
    var state: UInt64 = 1
    for (port, input) in network.plan.inputs.enumerated() where input.elementType == .f32 {
        let elements = (0..<input.elements(samples: network.batch)).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) * 0x1p-24
        }
        network.setInput(port, to: elements.span)
    }
}

private func imagesPerSecond(_ times: Times, _ batch: Int) -> Double { Double(batch) * 1e9 / max(times.median, 1) }

private func report(_ times: Times, _ plan: Plan, _ arguments: Arguments, _ batch: Int) -> JSONValue {
    [
        ("median_us", .number(times.median / 1000)), ("p99_us", .number(Double(times.percentile99) / 1000)),
        ("min_us", .number(Double(times.sorted[0]) / 1000)),
        ("images_per_second", .integer(Int(imagesPerSecond(times, batch).rounded()))), ("batch", .integer(batch)),
        ("threads", .integer(arguments.threads)), ("target", .string(plan.target.rawValue)),
        ("runs", .integer(times.sorted.count)),
    ].object
}

private func text(_ times: Times, _ plan: Plan, _ arguments: Arguments, _ batch: Int) -> String {
    """
    median  \(formatDecimal(times.median / 1000, digits: 2)) µs
    p99     \(formatDecimal(Double(times.percentile99) / 1000, digits: 2)) µs
    minimum \(formatDecimal(Double(times.sorted[0]) / 1000, digits: 2)) µs
    \(formatDecimal(imagesPerSecond(times, batch), digits: 0)) images/s, \(times.sorted.count) runs of batch \(batch) on \
    \(arguments.threads) thread\(arguments.threads == 1 ? "" : "s"), \(plan.target.rawValue)

    """
}
