import ApusCompiler
import ApusJSON
import ApusPlan
import ApusRuntime
import ApusText
import ApusToolSupport

/// What people and programs are told of threads that share one sample.
struct SharingReport {
    private let plan: Plan
    private let estimate: SharingEstimate
    private let secondsPerCycle: Double
    /// Where the length of a cycle is from.
    private let source: String

    /// Of processors that can't be measured here.
    private static let assumedFrequency = 3e9

    /// - Parameter limit: the largest number of threads; the others are its halves.
    init(_ plan: Plan, threads limit: Int) throws(ToolError) {
        self.plan = plan
        var threads = [limit]
        while let least = threads.first, least > 1 { threads.insert(least / 2, at: 0) }
        estimate = SharingEstimate(plan, threads: threads)
        guard Processor.targets.contains(plan.target) else {
            secondsPerCycle = 1 / Self.assumedFrequency
            source = "a processor of 3 GHz is assumed"
            return
        }
        do {
            let limits = try MachineLimits.measure(on: plan.target)
            secondsPerCycle =
                SharingEstimate.multiplyAddsPerCycle(lanes: plan.target.lanes) / limits.multiplyAddsPerSecond
            source = "by this core's multiply-adds"
        } catch {
            throw ToolError(error)
        }
    }

    private func microseconds(_ cycles: Double) -> Double { cycles * secondsPerCycle * 1e6 }

    /// A line for each instruction.
    var text: String {
        var table = Table(
            [.left, .left, .left] + estimate.threads.map { _ in .right } + [.left, .left])
        table.add(
            ["kernel", "for", "cut into"] + estimate.threads.map { "\($0) \($0 == 1 ? "thread" : "threads")" }
                + ["limited by", ""])
        for line in estimate.lines {
            let instruction = plan.body[line.instruction]
            table.add(
                ["\(instruction.opcode)", instruction.label, instruction.cut?.description ?? "–"]
                    + line.cycles.map { formatDecimal(microseconds($0), digits: 1) }
                    + [line.limit.rawValue, line.isCritical ? "critical" : ""])
        }
        table.add(
            ["all", "", ""] + estimate.cycles.map { formatDecimal(microseconds($0), digits: 1) } + ["", ""])
        let critical = formatDecimal(microseconds(estimate.criticalCycles), digits: 1)
        return "one sample shared by threads, estimated, in µs (\(source))\n\n\(table.text)\n\n"
            + "The critical path takes \(critical) µs on \(estimate.threads.last ?? 1) threads."
    }

    var value: JSONValue {
        [
            "threads": .array(estimate.threads.map { .integer($0) }),
            "microseconds": .array(estimate.cycles.map { .number(microseconds($0)) }),
            "critical_microseconds": .number(microseconds(estimate.criticalCycles)),
            "instructions": .array(
                estimate.lines.map { line in
                    let instruction = plan.body[line.instruction]
                    return [
                        "kernel": .string("\(instruction.opcode)"), "value": .string(instruction.label),
                        "cut": instruction.cut.map { .string($0.description) } ?? .null,
                        "microseconds": .array(line.cycles.map { .number(microseconds($0)) }),
                        "limit": .string(line.limit.rawValue), "critical": .bool(line.isCritical),
                    ]
                }),
        ]
    }
}
