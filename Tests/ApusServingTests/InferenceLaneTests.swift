import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Synchronization
import TestSupport
import Testing

@testable import ApusServing

@Suite("Answers of a lane")
struct InferenceLaneTests {
    /// Answers requests of so many samples each, in one batch or one after the other, and gives the bytes of the first output.
    private func answers(
        _ ladder: PlanLadder, sizes: [Int], together: Bool, seed: Int = 3
    ) throws -> [[UInt8]] {
        let plan = ladder.steps[0].plan
        let signature = ModelSignature(name: "small", version: "1", plan: plan, maximumBatch: ladder.maximumBatch)
        let lane = try InferenceLane(signature, ladder: ladder, threads: 1, delay: 0, capacity: 100)
        var random = SplitMix64(seed: seed)
        let found = Mutex<[Int: [UInt8]]>([:])
        for (number, size) in sizes.enumerated() {
            let elements = (0..<plan.inputs[0].sampleElements * size).map { _ in
                Float.random(in: -1...1, using: &random)
            }
            let request = try InferenceRequest(
                id: "",
                inputs: [
                    .init(
                        name: plan.inputs[0].name, samples: size, source: .bytes(elements.withUnsafeBytes { Array($0) })
                    )
                ], outputs: [.init(port: 0, isBinary: true)], signature: signature)
            let task = InferenceTask(request: request, body: NoBody(), arrival: now(), deadline: .max) { result in
                guard case .success(let answer) = result else { return }
                let bytes = answer.withOutput(0) { bytes in
                    (0..<bytes.byteCount).map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
                }
                found.withLock { $0[number] = bytes }
            }
            #expect(lane.append(task))
            if !together { while lane.runDue() {} }
        }
        while lane.runDue() {}
        return found.withLock { found in sizes.indices.map { found[$0] ?? [] } }
    }

    private func ladder(_ model: Model, _ batch: Int = 32) throws -> PlanLadder {
        try PlanLadder(model, target: try Processor.preferredTarget(), maximumBatch: batch)
    }

    /// An answer has the same bits whatever others it was computed with.
    @Test(arguments: [0, 1, 2]) func sameBitsInAnyBatch(number: Int) throws {
        let model = try [TestModels.dense, TestModels.wide, TestModels.pictures][number]()
        let ladder = try ladder(model)
        let sizes = [1, 1, 2, 3, 1, 5, 8, 1, 4]
        let alone = try answers(ladder, sizes: sizes, together: false)
        let together = try answers(ladder, sizes: sizes, together: true)
        #expect(alone == together)
        #expect(alone.allSatisfy { !$0.isEmpty })
    }

    @Test func convolutionsHaveOnePlan() throws {
        #expect(try ladder(TestModels.pictures()).steps.map(\.bound) == [32])
    }

    @Test func wideLayersHaveSome() throws {
        let bounds = try ladder(TestModels.wide()).steps.map(\.bound)
        #expect(bounds.last == 32)
        #expect(bounds == bounds.sorted())
        let ladder = try ladder(TestModels.wide())
        #expect(ladder.step(for: 1) == 0)
        #expect(ladder.step(for: 32) == ladder.steps.count - 1)
    }

    @Test func refusedAndLateRequests() throws {
        let ladder = try ladder(TestModels.dense())
        let signature = ModelSignature(name: "small", version: "1", plan: ladder.steps[0].plan, maximumBatch: 8)
        let lane = try InferenceLane(signature, ladder: ladder, threads: 1, delay: 0, capacity: 1)
        let errors = Mutex<[RequestError]>([])
        func task(deadline: UInt64) throws -> InferenceTask {
            let request = try InferenceRequest(
                id: "", inputs: [.init(name: "x", samples: 1, source: .bytes([UInt8](repeating: 0, count: 12)))],
                outputs: [], signature: signature)
            return InferenceTask(request: request, body: NoBody(), arrival: now(), deadline: deadline) { result in
                if case .failure(let error) = result { errors.withLock { $0.append(error) } }
            }
        }
        #expect(lane.append(try task(deadline: 0)))
        #expect(!lane.append(try task(deadline: .max)))
        #expect(lane.runDue())
        let found = errors.withLock { $0 }
        #expect(found.map(\.status) == [429, 408])
        #expect(found[0].description == "1 requests wait for 'small' version 1, which is the most; try again later")
        #expect(lane.statistics.copy.refused == 1)
        #expect(lane.statistics.copy.failure.count == 1)
    }

    @Test func countsOfABatch() throws {
        let ladder = try ladder(TestModels.dense())
        let signature = ModelSignature(name: "small", version: "1", plan: ladder.steps[0].plan, maximumBatch: 8)
        let lane = try InferenceLane(signature, ladder: ladder, threads: 1, delay: 0, capacity: 9)
        for _ in 0..<3 {
            let request = try InferenceRequest(
                id: "", inputs: [.init(name: "x", samples: 2, source: .bytes([UInt8](repeating: 0, count: 24)))],
                outputs: [], signature: signature)
            _ = lane.append(InferenceTask(request: request, body: NoBody(), arrival: now(), deadline: .max) { _ in })
        }
        #expect(lane.runDue())
        #expect(!lane.runDue())
        let counts = lane.statistics.copy
        #expect(counts.inferences == 6 && counts.executions == 1 && counts.success.count == 3)
        #expect(counts.batches[5].compute.count == 1)
    }

    /// A thread answers all that it was given, also when it is given up.
    @Test func aThreadAnswersAllBeforeItEnds() async throws {
        let ladder = try ladder(TestModels.dense())
        let signature = ModelSignature(name: "small", version: "1", plan: ladder.steps[0].plan, maximumBatch: 8)
        let lane = try InferenceLane(signature, ladder: ladder, threads: 1, delay: 1_000_000_000, capacity: 1000)
        var thread: ComputeThread? = try ComputeThread(lane)
        await confirmation(expectedCount: 100) { confirm in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    let owner = thread
                    group.addTask {
                        await withCheckedContinuation { continuation in
                            guard
                                let request = try? InferenceRequest(
                                    id: "",
                                    inputs: [
                                        .init(name: "x", samples: 1, source: .bytes([UInt8](repeating: 0, count: 12)))
                                    ],
                                    outputs: [], signature: signature)
                            else { return }
                            owner?.append(
                                InferenceTask(request: request, body: NoBody(), arrival: now(), deadline: .max) { _ in
                                    confirm()
                                    continuation.resume()
                                })
                        }
                    }
                }
                thread = nil
            }
        }
    }
}
