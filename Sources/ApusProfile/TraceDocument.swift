package import ApusJSON
import ApusPlan
import ApusRuntime

/// A profile in the JSON that profilers of browsers open ("Trace Event Format", the object form): each recorded call is a
/// complete event (`ph` X) with its thread, and beside the events stands the table under `profile`.
package struct TraceDocument {
    private let profile: Profile

    package init(_ profile: Profile) { self.profile = profile }

    package var value: JSONValue {
        .object([
            .init("traceEvents", .array(names + events)), .init("displayTimeUnit", "ns"),
            .init("profile", summary),
        ])
    }

    /// Metadata: what the process and its threads are called.
    private var names: [JSONValue] {
        func name(_ kind: String, thread: Int, _ name: String) -> JSONValue {
            .object([
                .init("name", .string(kind)), .init("ph", "M"), .init("pid", 1), .init("tid", .integer(thread)),
                .init("args", .object([.init("name", .string(name))])),
            ])
        }
        return [name("process_name", thread: 0, profile.plan.name)]
            + profile.recording.threads.indices.map { thread in
                name("thread_name", thread: thread, thread == 0 ? "caller" : "worker \(thread)")
            }
    }

    private var events: [JSONValue] {
        let activities = profile.recording.activities
        let instructions = profile.plan.prologue + profile.plan.body + profile.plan.epilogue
        return profile.recording.threads.enumerated().flatMap { thread, record in
            record.events.map { event -> JSONValue in
                var members: [JSONValue.Member] = []
                var arguments: [JSONValue.Member] = [.init("samples", .integer(event.samples))]
                if event.activity < instructions.count {
                    let instruction = instructions[event.activity]
                    members = [
                        .init("name", .string("\(instruction.opcode) \(instruction.label)")),
                        .init("cat", .string(activities.stage(event.activity))),
                    ]
                    if instruction.multiplyAdds > 0 {
                        let work = instruction.multiplyAdds * event.samples
                        arguments.append(.init("multiply_adds", .integer(work)))
                    }
                } else {
                    let isClearing = event.activity == activities.clearing
                    members = [
                        .init("name", isClearing ? "sums set to zero" : "next batch prepared"),
                        .init("cat", isClearing ? "body" : "preparation"),
                    ]
                }
                return .object(
                    members + [
                        .init("ph", "X"), .init("ts", .number(event.start * 1e6)),
                        .init("dur", .number(event.duration * 1e6)), .init("pid", 1), .init("tid", .integer(thread)),
                        .init("args", .object(arguments)),
                    ])
            }
        }
    }

    /// The table: a row for each instruction, in seconds, bytes and multiply-adds of all threads and runs.
    private var summary: JSONValue {
        func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        let limits = profile.limits
        return .object([
            .init("plan", .string(profile.plan.name)), .init("target", .string(profile.plan.target.rawValue)),
            .init("threads", .integer(profile.recording.threads.count)),
            .init("runs", .integer(profile.recording.runs)),
            .init("dropped_runs", .integer(profile.recording.droppedRuns)),
            .init("seconds", .number(profile.recording.seconds)),
            .init(
                "limits",
                .object([
                    .init("operations_per_second", .number(limits.operationsPerSecond)),
                    .init(
                        "byte_operations_per_second",
                        optional(limits.narrowMultiplyAddsPerSecond[.bytes].map { 2 * $0 })),
                    .init(
                        "bfloat16_operations_per_second",
                        optional(limits.narrowMultiplyAddsPerSecond[.bfloat16].map { 2 * $0 })),
                    .init(
                        "memory",
                        .array(
                            limits.levels.map { level in
                                .object([
                                    .init("bytes", .integer(level.size)),
                                    .init("bytes_read_per_second", .number(level.bytesReadPerSecond)),
                                    .init("bytes_written_per_second", .number(level.bytesWrittenPerSecond)),
                                ])
                            })),
                ])),
            .init(
                "thread_seconds",
                .array(
                    profile.threads.map { stages in
                        .object([
                            .init("prologue", .number(stages.prologue)), .init("body", .number(stages.body)),
                            .init("epilogue", .number(stages.epilogue)),
                            .init("preparation", .number(stages.preparation)), .init("rest", .number(stages.rest)),
                        ])
                    })),
            .init(
                "rows",
                .array(
                    profile.rows.map { row in
                        .object([
                            .init("stage", .string(row.stage)), .init("kernel", .string(row.kernel)),
                            .init("value", .string(row.label)), .init("how", row.how.map { .string($0) } ?? .null),
                            .init("calls", .integer(row.calls)),
                            .init("seconds", .number(row.seconds)), .init("share", .number(row.share)),
                            .init("multiply_adds", .number(row.multiplyAdds)),
                            .init("bytes_read", .number(row.bytesRead)),
                            .init("bytes_written", .number(row.bytesWritten)),
                            .init("operations_per_second", optional(row.operationsPerSecond)),
                            .init("bytes_per_second", optional(row.bytesPerSecond)),
                            .init("part_of_limit", optional(row.partOfLimit)),
                        ])
                    })),
        ])
    }
}
