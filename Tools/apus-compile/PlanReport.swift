import ApusCommandLine
import ApusJSON
import ApusPlan
import ApusText
import ApusToolSupport

/// What people and programs are told of a plan.
struct PlanReport {
    var plan: Plan
    private let duration: Duration

    /// - Parameter duration: what passes, lowering and memory planning took.
    init(_ plan: Plan, compiledIn duration: Duration) {
        self.plan = plan
        self.duration = duration
    }

    private var milliseconds: Double { duration / .milliseconds(1) }

    var title: String {
        "\(plan.name) for \(plan.target.rawValue), batches of up to \(formatCount(plan.batchBound)), "
            + "\(formatCount(plan.microBatch)) at once"
    }

    private var isTraining: Bool { plan.stateBytes > 0 }
    private var instructionCount: Int { plan.prologue.count + plan.body.count + plan.epilogue.count }
    /// Rounded up.
    private var bytesPerSample: Int { (plan.activationBytes + plan.microBatch - 1) / plan.microBatch }

    var members: [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init("model", .string(plan.name)),
            .init("target", .string(plan.target.rawValue)),
            .init("batch", .integer(plan.batchBound)),
            .init("micro_batch", .integer(plan.microBatch)),
            .init("activation_bytes", .integer(plan.activationBytes)),
            .init("bound_bytes", .integer(plan.activationBound)),
            .init("optimal", .bool(plan.isOptimal)),
            .init("activation_bytes_per_sample", .integer(bytesPerSample)),
            .init("constant_bytes", .integer(plan.constants.count)),
            .init("multiply_adds", .integer(plan.multiplyAdds)),
            .init("instructions", .integer(instructionCount)),
            .init("fused", JSONValue(plan.fused)),
            .init("convolutions", .array(convolutions.map { ["value": .string($0.value), "how": .string($0.how)] })),
            .init("compile_milliseconds", .number(milliseconds)),
        ]
        if isTraining {
            members.append(.init("state_bytes", .integer(plan.stateBytes)))
            members.append(.init("reduction_bytes", .integer(plan.reductionBytes)))
            members.append(.init("shards", .integer(plan.shards)))
            members.append(.init("combinations", .integer(plan.combinations.count)))
        }
        return members
    }

    func table(heading: String) -> Table {
        var table = Table([.left, .left])
        table.add(heading)
        let parts = plan.shards == 1 ? "" : " for each of a batch's \(plan.shards) parts"
        // Where parts wait for each other, each keeps its own; else they are a thread's.
        table.add(
            "  activations", describeBytes(plan.activationBytes) + (plan.combinations.isEmpty ? "" : parts))
        table.add("  lower bound", "\(describeBytes(plan.activationBound)): \(verdict)")
        if plan.microBatch > 1 { table.add("  per sample", describeBytes(bytesPerSample)) }
        table.add("  constants", describeBytes(plan.constants.count))
        if isTraining {
            table.add("  state", describeBytes(plan.stateBytes))
            table.add("  sums", describeBytes(plan.reductionBytes) + parts)
        }
        table.add("  multiply-adds", "\(formatCount(plan.multiplyAdds)) for a sample")
        table.add("  instructions", formatCount(instructionCount))
        for (index, name) in plan.fused.enumerated() { table.add(index == 0 ? "  fused" : "", name) }
        if plan.fused.isEmpty { table.add("  fused", "nothing") }
        for (index, convolution) in convolutions.enumerated() {
            table.add(index == 0 ? "  convolutions" : "", "\(printable(convolution.value)): \(convolution.how)")
        }
        table.add("  compiled in", "\(formatDecimal(milliseconds, digits: 1)) ms")
        return table
    }

    /// How each convolution is computed, where there was a choice.
    private var convolutions: [(value: String, how: String)] {
        plan.body.compactMap { instruction in
            instruction.choice(lanes: plan.target.lanes).map { (instruction.label, $0) }
        }
    }

    private var verdict: String {
        if plan.activationBytes == plan.activationBound { return "the arena is optimal" }
        return plan.isOptimal
            ? "out of reach, the arena is optimal all the same" : "the arena is not proven to be optimal"
    }
}
