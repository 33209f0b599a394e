package import ApusRuntime

/// One queue of requests for a model, what answers them, and the counts of both. It belongs to one thread at a time.
package final class InferenceLane: @unchecked Sendable {
    package let signature: ModelSignature
    private let runner: ModelRunner
    private var queue: BatchQueue<InferenceTask>
    package let statistics: LaneStatistics

    package init(
        _ signature: ModelSignature, ladder: PlanLadder, threads: Int, delay: UInt64, capacity: Int
    ) throws(SessionError) {
        self.signature = signature
        runner = try ModelRunner(ladder, threads: threads)
        let plan = ladder.steps[0].plan
        // What the samples of a run have in common, or give each other, can't be of several requests.
        let joins = ladder.maximumBatch > 1 && !plan.couplesSamples && plan.inputs.allSatisfy { !$0.isShared }
        queue = BatchQueue(
            maximumBatch: ladder.maximumBatch, delay: joins ? delay : 0, capacity: capacity, joinsRequests: joins)
        statistics = LaneStatistics(maximumBatch: ladder.maximumBatch)
    }

    /// Lets a request wait; false where the queue is full, and then it is answered already.
    package func append(_ task: InferenceTask) -> Bool {
        guard queue.append(task, samples: task.request.samples, at: task.arrival) else {
            statistics.noteRefused()
            task.complete(
                .failure(
                    RequestError(
                        .overloaded,
                        "\(queue.capacity) requests wait for \(signature.title), which is the most; try again later")))
            return false
        }
        return true
    }

    /// When the next batch is due; see ``BatchQueue/due``.
    package var due: UInt64? { queue.due }

    /// Requests that wait.
    package var count: Int { queue.count }

    /// Runs one batch, if one is due, and answers its requests.
    package func runDue(isEnding: Bool = false) -> Bool {
        guard let batch = takeDue(isEnding: isEnding) else { return false }
        run(batch)
        return true
    }

    /// Takes one batch from the queue, if one is due.
    func takeDue(isEnding: Bool = false) -> [InferenceTask]? { queue.take(at: now(), isEnding: isEnding) }

    /// Runs as if one request of zeros had come. For warming up and measuring.
    package func runOnce() throws(SessionError) { try runner.run(samples: 1) }

    package func run(_ batch: [InferenceTask]) {
        let start = now()
        var samples = 0
        var tasks = batch
        tasks.removeAll { task in
            guard task.deadline < start else { return false }
            statistics.noteFailed(nanoseconds: start - task.arrival)
            task.complete(.failure(RequestError(.late, "the request waited longer than --request-timeout allows")))
            return true
        }
        guard !tasks.isEmpty else { return }
        for task in tasks {
            for (number, source) in task.request.inputs.enumerated() {
                switch source {
                case .body(let range):
                    task.body.withBytes(range) { runner.setInput(number, first: samples, to: $0) }
                case .bytes(let bytes): runner.setInput(number, first: samples, to: unsafe bytes.span.bytes)
                }
            }
            samples += task.request.samples
        }
        let computing = now()
        do { try runner.run(samples: samples) } catch {
            for task in tasks {
                statistics.noteFailed(nanoseconds: now() - task.arrival)
                task.complete(.failure(RequestError(.failed, error.description)))
            }
            return
        }
        let computed = now()
        var first = 0
        for task in tasks {
            task.complete(
                .success(InferenceAnswer(request: task.request, signature: signature, runner: runner, first: first)))
            first += task.request.samples
        }
        statistics.noteRun(
            tasks: tasks, samples: samples, start: start, computing: computing, computed: computed, end: now())
    }
}
