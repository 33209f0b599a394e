import Apus

/// There is more to do than the server can: the client may try again later.
struct Overloaded: Error {}

/// Sessions of one plan. As many requests are answered at once as there are sessions; so many others wait.
actor SessionPool {
    private var free: [AsyncSession] = []
    private var waiting: [CheckedContinuation<AsyncSession, Never>] = []
    private let room: Int

    init(_ plan: Plan, sessions: Int, threads: Int = 1, room: Int = 256) throws(SessionError) {
        self.room = room
        for _ in 0..<sessions { free.append(try AsyncSession(plan, threads: threads)) }
    }

    /// Answers a batch once a session is free.
    func answer(_ inputs: [String: any PortInput]) async throws -> [String: ShapedArray] {
        let session = try await take()
        defer { giveBack(session) }
        return try await session.answer(inputs)
    }

    private func take() async throws(Overloaded) -> AsyncSession {
        if let session = free.popLast() { return session }
        guard waiting.count < room else { throw Overloaded() }
        return await withCheckedContinuation { waiting.append($0) }
    }

    private func giveBack(_ session: AsyncSession) {
        if waiting.isEmpty { free.append(session) } else { waiting.removeFirst().resume(returning: session) }
    }
}

/// Makes one batch of the requests that come within a moment: for plans of one input and one output of `Float`.
actor Batcher {
    private typealias Request = (sample: [Float], reply: CheckedContinuation<[Float], any Error>)

    private let pool: SessionPool
    private let input: Port
    private let output: Port
    private let limit: Int
    private let delay: Duration
    private var requests: [Request] = []

    init(_ plan: Plan, _ pool: SessionPool, limit: Int = 16, delay: Duration = .milliseconds(1)) {
        self.pool = pool
        (input, output) = (plan.inputs[0], plan.outputs[0])
        self.limit = limit
        self.delay = delay
    }

    /// The answer for one sample. A sample of the wrong size is refused before it spoils the batch.
    func answer(_ sample: [Float]) async throws -> [Float] {
        guard sample.count == input.sampleElements else {
            throw SessionError.wrongElementCount(
                port: input.name, expected: input.sampleElements, given: sample.count)
        }
        return try await withCheckedThrowingContinuation { reply in
            requests.append((sample, reply))
            if requests.count == limit {
                send()
            } else if requests.count == 1 {
                Task {
                    try? await Task.sleep(for: delay)
                    send()
                }
            }
        }
    }

    /// Has the requests that came answered. Where the batch was full before its moment was over, there may be none, or the next few.
    private func send() {
        let batch = requests
        requests = []
        guard !batch.isEmpty else { return }
        Task {
            do {
                let answers = try await pool.answer([input.name: batch.flatMap(\.sample)])
                let numbers = try answers[output.name]?.elements(as: Float.self) ?? []
                let size = output.sampleElements
                for (place, request) in batch.enumerated() {
                    request.reply.resume(returning: Array(numbers[place * size..<(place + 1) * size]))
                }
            } catch {
                for request in batch { request.reply.resume(throwing: error) }
            }
        }
    }
}

/// What a client sent, and how it gets its answer.
struct ClientRequest: Sendable {
    var sample: [Float]
    var reply: @Sendable (Result<[Float], any Error>) -> Void
}

/// Serves a plan until `stop` returns, and then ends once all that was asked is answered.
///
/// - Parameter listen: starts to yield what clients send.
func serve(
    _ planPath: String, sessions: Int, listen: (AsyncStream<ClientRequest>.Continuation) -> Void,
    until stop: @escaping @Sendable () async -> Void
) async throws {
    let plan = try Plan(contentsOf: planPath)
    let batcher = Batcher(plan, try SessionPool(plan, sessions: sessions))
    // Before any client asks, it shows that the plan runs here.
    _ = try await batcher.answer([Float](repeating: 0, count: plan.inputs[0].sampleElements))
    let (requests, entrance) = AsyncStream.makeStream(of: ClientRequest.self)
    listen(entrance)
    await withDiscardingTaskGroup { group in
        group.addTask {
            await stop()
            entrance.finish()
        }
        for await request in requests {
            group.addTask {
                do {
                    request.reply(.success(try await batcher.answer(request.sample)))
                } catch {
                    request.reply(.failure(error))
                }
            }
        }
    }
}
