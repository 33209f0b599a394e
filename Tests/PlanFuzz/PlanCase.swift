import ApusInstructions
import ApusPlan
import ApusRuntime
import TestSupport

/// A plan's file that was changed, and whose checksums are right all the same.
struct PlanCase {
    let subject: SubjectPlan
    private let file: [UInt8]
    let changes: String

    /// Bytes that all arenas and ports may have together.
    private static let memoryLimit = 256 << 20

    init(_ subject: SubjectPlan, _ random: inout SplitMix64) {
        self.subject = subject
        if random.next() % 3 == 0 {
            var file = PlanBytes(subject.file)
            changes = file.change(&random)
            self.file = file.mended
        } else {
            var change = PlanChange(subject.plan)
            changes = change.make(&random)
            file = PlanFile.encode(change.plan)
        }
    }

    var description: String { "\(subject.name): \(changes)" }

    /// Decodes the file and runs what is right: on one thread and on two, with pages that can't be touched at either end of
    /// all memory.
    func run() throws -> Outcome {
        guard let plan = try? PlanFile.decode(file) else { return .refused }
        var outcome = Outcome.tooLarge
        let bound = plan.couplesSamples ? plan.batchBound : 2 * plan.microBatch + 1
        for batch in Set([1, plan.hasBatch ? bound : 1]).sorted() {
            for threads in [1, 2] {
                guard Self.bytes(of: plan, batch: batch, threads: threads) <= Self.memoryLimit,
                    Self.steps(of: plan, batch: batch) <= InstructionCase.stepLimit
                else { continue }
                outcome = .ran
                for end in [MemoryArena.Guard.before, .behind] {
                    // Where memory can't be had, and where a batch isn't what the plan takes, a session says so.
                    do { try Self.run(plan, batch: batch, threads: threads, end) } catch {}
                }
            }
        }
        return outcome
    }

    private static func steps(of plan: Plan, batch: Int) -> Int {
        min(plan.steps, 1 << 40) * (batch / plan.microBatch + plan.shards)
    }

    private static func bytes(of plan: Plan, batch: Int, threads: Int) -> Int {
        let arenas = [
            plan.stateBytes, plan.constants.count,
            min(plan.activationBytes, 1 << 40) * plan.activationArenas(threads: threads),
            (plan.reductionBytes + 4096) * plan.shards,
        ]
        let ports = (plan.inputs + plan.outputs).map { min($0.sampleBytes, 1 << 40) * ($0.isShared ? 1 : batch) }
        return (arenas + ports).reduce(0) { $0 + min($1, 1 << 40) }
    }

    private static func run(_ plan: Plan, batch: Int, threads: Int, _ end: MemoryArena.Guard) throws(SessionError) {
        var session = try Session(plan, threads: threads, guarding: end)
        var memory: [PortMemory] = []
        for (index, port) in (plan.inputs + plan.outputs).enumerated() {
            let own = try PortMemory(port.bytes(samples: batch), end)
            memory.append(own)
            if index < plan.inputs.count {
                session.bindInput(index, to: own.arena.start)
            } else {
                session.bindOutput(index - plan.inputs.count, to: own.arena.start)
            }
        }
        // Twice: what a run leaves in the arenas is found by the next.
        for _ in 0..<2 { try session.run(batch: batch) }
        withExtendedLifetime(memory) {}
    }
}

/// The memory of an input or output.
private final class PortMemory {
    let arena: MemoryArena

    init(_ bytes: Int, _ end: MemoryArena.Guard) throws(SessionError) {
        arena = try MemoryArena(blocks: 1, of: bytes, guarding: end)
        GuardedMemory.fill(arena.start, min(bytes, 1 << 20), seed: 2)
    }
}
