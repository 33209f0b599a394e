import ApusCommandLine
import ApusInstructions
import ApusJSON
import ApusPlan
import ApusRuntime
import ApusToolSupport

/// Measures the ways in which a plan's convolutions could be computed, on this processor, and takes the fastest.
struct Tuner {
    /// A convolution that was measured: in microseconds of a micro-batch, with the compiler's tile and with the fastest.
    struct Measurement {
        var value: String
        var estimated: TuningCandidate
        var fastest: TuningCandidate
        var estimatedTime: Double
        var fastestTime: Double

        var member: JSONValue {
            [
                "value": .string(value), "tile": .string(fastest.name),
                "microseconds": .number(fastestTime),
                "estimated_tile": .string(estimated.name),
                "estimated_microseconds": .number(estimatedTime),
            ]
        }
    }

    /// What was found, in one sentence.
    var summary: String {
        let changed = measurements.filter { $0.fastest != $0.estimated }.count
        let start =
            "Tuned: \(counted(measurements.count, "convolution")) measured, \(counted(changed, "tile")) changed"
        return isCutShort ? start + "; the time was over before the others." : start + "."
    }

    private func counted(_ count: Int, _ noun: String) -> String {
        "\(formatCount(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    private let end: ContinuousClock.Instant
    private(set) var measurements: [Measurement] = []
    /// Whether the time was over before every convolution was measured.
    private(set) var isCutShort = false

    init(seconds: Int) { end = .now + .seconds(seconds) }

    /// The fastest of the plans, each with the fastest tiles. All of the time left is parted among them.
    mutating func fastest(_ plans: [Plan]) throws(SessionError) -> Plan {
        var best: (plan: Plan, time: Double, measurements: [Measurement])?
        for (number, plan) in plans.enumerated() {
            measurements = []
            let tuned = try tune(plan, until: .now + (end - .now) / (plans.count - number))
            let time = try Self.time(tuned, for: .milliseconds(20))
            if best.map({ time < $0.time }) != false { best = (tuned, time, measurements) }
        }
        guard let best else { preconditionFailure("there is no plan to tune") }
        measurements = best.measurements
        return best.plan
    }

    private mutating func tune(_ plan: Plan, until end: ContinuousClock.Instant) throws(SessionError) -> Plan {
        var plan = plan
        let numbers = plan.body.indices.filter { !plan.body[$0].candidates(lanes: plan.target.lanes).isEmpty }
        for (done, number) in numbers.enumerated() {
            let left = end - .now
            guard left > .zero else {
                isCutShort = true
                break
            }
            let slice = left / (numbers.count - done)
            if let measurement = try measure(plan, number, for: slice) {
                measurements.append(measurement)
                plan.body[number].parameters = measurement.fastest.parameters
            }
        }
        return plan
    }

    /// Measures one instruction with each candidate, in turns, so that what disturbs the processor disturbs them all.
    private func measure(_ plan: Plan, _ number: Int, for slice: Duration) throws(SessionError) -> Measurement? {
        let candidates = plan.body[number].candidates(lanes: plan.target.lanes)
        var alone = plan
        alone.body = [plan.body[number]]
        alone.combinations = []
        var times = [Double](repeating: .infinity, count: candidates.count)
        let turns = 3
        for _ in 0..<turns {
            for (index, candidate) in candidates.enumerated() {
                alone.body[0].parameters = candidate.parameters
                times[index] = min(times[index], try Self.time(alone, for: slice / (turns * candidates.count)))
            }
        }
        guard let first = candidates.firstIndex(where: { $0.parameters == plan.body[number].parameters }),
            let minimum = times.min(),
            let best = times.firstIndex(of: minimum)
        else { return nil }
        // What is no faster than the noise is left as it is.
        let winner = minimum < 0.98 * times[first] ? best : first
        return Measurement(
            value: plan.body[number].label, estimated: candidates[first], fastest: candidates[winner],
            estimatedTime: times[first], fastestTime: times[winner])
    }

    /// The shortest run of a micro-batch in microseconds.
    private static func time(_ plan: Plan, for slice: Duration) throws(SessionError) -> Double {
        var session = try Session(plan)
        // Zeros are as good as images: no kernel's time depends on what it multiplies. The ports share them.
        let ports = plan.inputs + plan.outputs
        let maximum = ports.reduce(64) { max($0, $1.sampleBytes * plan.microBatch) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: maximum, alignment: 64)
        defer { unsafe memory.deallocate() }
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: maximum)
        for port in plan.inputs.indices { unsafe session.bindInput(port, to: memory) }
        for port in plan.outputs.indices { unsafe session.bindOutput(port, to: memory) }
        try session.run(batch: plan.microBatch)
        let start = ContinuousClock.now
        var shortest = Duration.seconds(3600)
        repeat {
            let begin = ContinuousClock.now
            // Several at once, because looking at the clock takes time as well.
            for _ in 0..<8 { try session.run(batch: plan.microBatch) }
            shortest = min(shortest, (ContinuousClock.now - begin) / 8)
        } while ContinuousClock.now - start < slice
        return shortest / .microseconds(1)
    }
}
