package import ApusPlan
package import ApusRuntime

/// Where the time of a session's runs went, instruction by instruction, held against what the machine can do.
package struct Profile: Sendable {
    /// An instruction, or what is done beside the instructions. Numbers are sums over all threads and runs.
    package struct Row: Sendable {
        /// `prologue`, `body`, `combination` or `epilogue`; empty for what is none of them.
        package var stage: String
        /// The instruction's name, `convolution`; empty for what isn't one.
        package var kernel: String
        /// The value that it makes, or what is done.
        package var label: String
        /// How it is computed, where the compiler chose among several ways: the tile, the algorithm.
        package var how: String?
        package var calls = 0
        /// Without what reading the clock took.
        package var seconds = 0.0
        /// The part of the threads' whole time; the shares of all rows are 1 together.
        package var share = 0.0
        /// Those of the definition, whatever the algorithm: so speeds of different ones can be compared.
        package var multiplyAdds = 0.0
        package var bytesRead = 0.0
        package var bytesWritten = 0.0
        /// The least time that one core would need for this; nil where nothing is known of the work.
        package var limitSeconds: Double?

        /// Floating-point operations a second, of one thread; nil where there are none that count.
        package var operationsPerSecond: Double? {
            multiplyAdds > 0 && seconds > 0 ? 2 * multiplyAdds / seconds : nil
        }
        /// Bytes read and written a second, by one thread.
        package var bytesPerSecond: Double? {
            bytesRead + bytesWritten > 0 && seconds > 0 ? (bytesRead + bytesWritten) / seconds : nil
        }
        /// How near the time is to the least: 1 is the limit.
        package var partOfLimit: Double? { limitSeconds.flatMap { seconds > 0 ? $0 / seconds : nil } }
    }

    /// What one thread spent on each stage, in seconds of all runs.
    package struct Stages: Sendable {
        package var prologue = 0.0
        /// Its combinations, and setting the sums to zero, included.
        package var body = 0.0
        package var epilogue = 0.0
        package var preparation = 0.0
        package var rest = 0.0
    }

    package let plan: Plan
    package let limits: MachineLimits
    package let recording: Recording
    /// The instructions in the plan's order, then what is done beside them, then the rest.
    package let rows: [Row]
    /// For each thread, the caller's first.
    package let threads: [Stages]

    /// - Parameter recording: of runs of this plan's session.
    package init(_ recording: Recording, plan: Plan, limits: MachineLimits) {
        self.plan = plan
        self.limits = limits
        self.recording = recording
        let whole = recording.seconds * Double(recording.threads.count)
        var rows: [Row] = []
        let instructions = plan.prologue + plan.body + plan.epilogue
        for (activity, instruction) in instructions.enumerated() {
            rows.append(
                Self.row(
                    instruction, stage: recording.activities.stage(activity), activity: activity, recording,
                    lanes: plan.target.lanes, limits))
        }
        for (label, activity) in [
            ("sums set to zero", recording.activities.clearing),
            ("next batch prepared", recording.activities.preparation),
        ] where recording.calls(activity) > 0 {
            var row = Row(stage: "", kernel: "", label: label)
            row.calls = recording.calls(activity)
            row.seconds = recording.seconds(activity)
            rows.append(row)
        }
        var rest = Row(stage: "", kernel: "", label: "waiting, handing out, reading the clock")
        rest.seconds = max(0, whole - rows.reduce(0) { $0 + $1.seconds })
        rows.append(rest)
        for index in rows.indices { rows[index].share = whole > 0 ? rows[index].seconds / whole : 0 }
        self.rows = rows
        threads = recording.threads.indices.map { thread in
            func sum(_ activities: some Sequence<Int>) -> Double {
                activities.reduce(0) { $0 + recording.seconds($1, thread: thread) }
            }
            let activities = recording.activities
            var stages = Stages(
                prologue: sum(activities.prologue), body: sum(activities.body) + sum([activities.clearing]),
                epilogue: sum(activities.epilogue), preparation: sum([activities.preparation]))
            stages.rest = max(
                0, recording.seconds - stages.prologue - stages.body - stages.epilogue - stages.preparation)
            return stages
        }
    }

    private static func row(
        _ instruction: Instruction, stage: String, activity: Int, _ recording: Recording, lanes: Int,
        _ limits: MachineLimits
    ) -> Row {
        var row = Row(stage: stage, kernel: "\(instruction.opcode)", label: instruction.label)
        row.how = instruction.choice(lanes: lanes)
        row.calls = recording.calls(activity)
        row.seconds = recording.seconds(activity)
        guard row.calls > 0 else { return row }
        guard let one = try? instruction.work(samples: 1, lanes: lanes),
            let two = try? instruction.work(samples: 2, lanes: lanes)
        else { return row }
        // What is run once may be cut into pieces, which are calls of their own.
        let isOnce = stage != "body"
        let samples = Double(isOnce ? recording.runs : recording.samples(activity))
        let calls = Double(isOnce ? recording.runs : row.calls)
        // What a call has to do grows evenly with its samples.
        func total(_ one: Int, _ two: Int) -> Double {
            Double(two - one) * samples + Double(2 * one - two) * calls
        }
        row.multiplyAdds = Double(instruction.multiplyAdds) * samples
        row.bytesRead = total(one.read, two.read)
        row.bytesWritten = total(one.written, two.written)
        let multiplyAdds = total(one.multiplyAdds, two.multiplyAdds)
        if multiplyAdds + row.bytesRead + row.bytesWritten > 0 {
            row.limitSeconds = limits.seconds(
                multiplyAdds: multiplyAdds, of: instruction.factors(lanes: lanes), bytesRead: row.bytesRead,
                bytesWritten: row.bytesWritten,
                footprint: Int((row.bytesRead + row.bytesWritten) / Double(row.calls)))
        }
        return row
    }
}
