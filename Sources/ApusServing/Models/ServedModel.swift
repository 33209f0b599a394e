import ApusCompiler
package import ApusGraph
package import ApusPlan
import ApusRuntime
internal import Synchronization

/// What a file holds that can be served.
package enum ServableFile: Sendable {
    case model(Model)
    case plan(Plan)
}

/// How models are served.
package struct ServingOptions: Sendable {
    /// Samples of the largest batch.
    package var maximumBatch = 64
    /// Nanoseconds that the first of a batch waits for others.
    package var delay: UInt64 = 0
    /// Requests that may wait in a queue.
    package var capacity = 1024
    /// Event loops, each of which answers short requests by itself.
    package var loops = 1
    /// Threads that share a batch of a model that takes longer.
    package var threads = 1
    /// A model whose single answer takes no longer than so many nanoseconds is answered where the request was read: to hand it to another
    /// thread, and back, would take as long.
    package var longestAnswerOnLoop: UInt64 = 200_000

    package init() {}
}

/// One version of a model with all that answers it. What it needs is allocated when it is made, and freed with the last request that has
/// it.
package final class ServedModel: Sendable {
    package let signature: ModelSignature
    package let path: String
    /// What its batches are: the bounds of its plans.
    package let batches: [Int]
    /// Nanoseconds that the answer to one sample took when it was loaded.
    package let estimate: UInt64
    /// One lane for each event loop, or one for its thread.
    package let lanes: [InferenceLane]
    package let thread: ComputeThread?
    private let nextLane = Atomic(0)

    /// Compiles what isn't a plan, and measures how long an answer takes.
    ///
    /// - Throws: ``RequestError`` where it can't be compiled or run here.
    package init(
        _ file: ServableFile, name: String, version: String, path: String, options: ServingOptions
    ) throws(RequestError) {
        let ladder = try Self.ladder(file, options, path: path)
        let plan = ladder.steps[0].plan
        guard plan.stateBytes == 0, !plan.outputs.isEmpty else {
            throw RequestError(
                .failed, "\(path) is a plan for training, which has no weights; compile a model without --training")
        }
        let signature = ModelSignature(name: name, version: version, plan: plan, maximumBatch: ladder.maximumBatch)
        func lane(threads: Int) throws(RequestError) -> InferenceLane {
            do {
                return try InferenceLane(
                    signature, ladder: ladder, threads: threads, delay: options.delay, capacity: options.capacity)
            } catch { throw RequestError(.failed, "\(path): \(error)") }
        }
        self.signature = signature
        self.path = path
        batches = ladder.steps.map(\.bound)
        let first = try lane(threads: 1)
        do { estimate = try Self.measure(first) } catch { throw RequestError(.failed, "\(path): \(error)") }
        if estimate <= options.longestAnswerOnLoop {
            var lanes = [first]
            for _ in 1..<max(options.loops, 1) { lanes.append(try lane(threads: 1)) }
            self.lanes = lanes
            thread = nil
        } else {
            let lane = options.threads > 1 ? try lane(threads: options.threads) : first
            lanes = [lane]
            thread = try ComputeThread(lane)
        }
    }

    private static func ladder(
        _ file: ServableFile, _ options: ServingOptions, path: String
    ) throws(RequestError) -> PlanLadder {
        switch file {
        case .plan(let plan): return PlanLadder(plan, maximumBatch: options.maximumBatch)
        case .model(let model):
            let target: Target
            do { target = try Processor.preferredTarget() } catch { throw RequestError(.failed, error.description) }
            do {
                return try PlanLadder(model, target: target, maximumBatch: options.maximumBatch)
            } catch { throw RequestError(.failed, "\(path): \(error)") }
        }
    }

    /// The shortest of some runs.
    private static func measure(_ lane: InferenceLane) throws(SessionError) -> UInt64 {
        var shortest = UInt64.max
        let end = now() + 20_000_000
        for _ in 0..<5 {
            let start = now()
            try lane.runOnce()
            shortest = min(shortest, now() - start)
            if now() > end { break }
        }
        return shortest
    }

    /// Whether requests are answered on the event loop that read them.
    package var isAnsweredOnLoop: Bool { thread == nil }

    /// The number of the loop that a request goes to that no loop has read: each has its turn.
    package func nextLoop() -> Int {
        Int(UInt(bitPattern: nextLane.wrappingAdd(1, ordering: .relaxed).oldValue) % UInt(lanes.count))
    }

    /// What all lanes counted.
    package var counts: InferenceCounts {
        var sum = InferenceCounts(maximumBatch: signature.maximumBatch)
        for lane in lanes { sum += lane.statistics.copy }
        return sum
    }
}
