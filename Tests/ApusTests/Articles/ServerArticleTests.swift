import Apus
import Foundation
import Synchronization
import Testing

/// What the article "Embed in a server" makes.
@Suite("A server", .serialized)
struct ServerArticleTests {
    /// Replies, by the number of the request.
    private final class Replies: Sendable {
        private let results = Mutex<[Int: Result<[Float], any Error>]>([:])

        func note(_ number: Int, _ result: Result<[Float], any Error>) { results.withLock { $0[number] = result } }
        var all: [Int: Result<[Float], any Error>] { results.withLock { $0 } }
    }

    /// A plan that gives twice what it takes, in a file.
    private func writePlan(to path: String) throws {
        let graph = try Graph.parse("model double\ninput x: f32[N, 2]\noutput y = add(x, x)\n")
        let plan = try Compiler.inferencePlan(
            Model(graph: graph), target: Processor.preferredTarget(), batchBound: 16)
        try plan.write(to: path)
    }

    @Test func allThatWasAskedIsAnsweredBeforeItEnds() async throws {
        try await Repository.withFolder { folder in
            let path = folder.appending(path: "double.plan").path
            try writePlan(to: path)
            let replies = Replies()
            try await serve(
                path, sessions: 2,
                listen: { entrance in
                    for number in 0..<100 {
                        let sample = number == 50 ? [1] : [Float(number), 1]
                        entrance.yield(ClientRequest(sample: sample) { replies.note(number, $0) })
                    }
                }, until: {})
            let all = replies.all
            #expect(all.count == 100)
            for (number, reply) in all where number != 50 { #expect(try reply.get() == [Float(2 * number), 2]) }
            #expect(throws: SessionError.wrongElementCount(port: "x", expected: 2, given: 1)) { try all[50]?.get() }
        }
    }

    @Test func whoComesTooLateIsTold() async throws {
        try await Repository.withFolder { folder in
            let path = folder.appending(path: "double.plan").path
            try writePlan(to: path)
            let pool = try SessionPool(Plan(contentsOf: path), sessions: 0, room: 0)
            await #expect(throws: Overloaded.self) { try await pool.answer(["x": [1, 2] as [Float]]) }
        }
    }

    @Test func aSignalIsWaitedFor() async throws {
        // Until the source is there, the signal must not end the tests.
        signal(SIGUSR1, SIG_IGN)
        let waiting = Task { await stopSignal([SIGUSR1]) }
        let sending = Task {
            while !Task.isCancelled {
                kill(getpid(), SIGUSR1)
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        #expect(await waiting.value == SIGUSR1)
        sending.cancel()
    }

    @Test func itsMemoryIsKnownBefore() throws {
        let model = try Model(contentsOf: Repository.model("mnist-cnn.apus"))
        let plan = try Compiler.inferencePlan(model, target: Processor.preferredTarget(), batchBound: 16)
        let (one, two) = (plan.sessionBytes(), plan.sessionBytes(threads: 2))
        #expect(one % 4096 == 0 && two > one && two < 2 * one)
        // All weights are there, and not much more: 16,938 of four bytes, of which convolutions may have transformed ones.
        #expect(plan.constantBytes >= 4 * 16_938 && plan.constantBytes < 8 * 4 * 16_938)
    }
}
