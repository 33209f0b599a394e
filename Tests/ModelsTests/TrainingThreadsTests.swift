import ApusCompiler
import ApusPlan
import Foundation
import Testing

/// Every model of the project trains to the same bits on any number of threads, more than there are processors among them.
@Suite struct TrainingThreadsTests {
    @Test func noModelIsForgotten() throws {
        let folder = PeerFixture.folder.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Models")
        let specs = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".graph") }
        #expect(Set(specs) == Set(TrainingStep.models.map { "\($0.model).graph" }))
    }

    @Test(arguments: TrainingStep.models)
    func threadsDoNotChangeABit(_ given: TrainingStep.Case) throws {
        let model = try TrainingStep.model(PeerFixture.spec(given.model), given.settings)
        let plan = try Compiler.lower(TrainingStep.step(model, loss: given.loss), TrainingStep.options())
        let expected = try TrainingStep.state(plan, model, threads: 1)
        for threads in [2, 3, 8] {
            let found = try TrainingStep.state(plan, model, threads: threads)
            let others = expected.keys.filter { found[$0] != expected[$0] }
            #expect(found == expected, "\(threads) threads: \(others.sorted())")
        }
        let isTrained = model.weights.contains { name, numbers in
            expected["parameter/\(name)"].map { $0 != numbers.map(\.bitPattern) } ?? false
        }
        #expect(isTrained)
    }
}
