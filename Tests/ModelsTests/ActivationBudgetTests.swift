import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Foundation
import Testing

/// Plans with less memory for activations: slower algorithms, the same answers.
@Suite struct ActivationBudgetTests {
    private static func model(_ name: String) throws -> Model {
        let spec = try PeerFixture.spec(name)
        return try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(spec))).initialized(seed: 7)
    }

    private func plan(_ model: Model, bytes: Int?, batch: Int = 1) throws -> Plan {
        var options = LoweringOptions(target: Processor.targets[0], batchBound: batch)
        options.maximumActivations = bytes
        return try Compiler.plan(model, through: .inference(batch: batch), options)
    }

    /// The least that is possible, as the error for less says it.
    private func least(_ model: Model) throws -> Int {
        do {
            _ = try plan(model, bytes: 0)
        } catch CompileError.lowering(.activations(let limit, let least)) {
            #expect(limit == 0)
            return least
        }
        Issue.record("no bytes are too few")
        return 0
    }

    @Test(arguments: ["mnist-cnn", "resnet8", "lenet5", "mobilenet-v1-025"])
    func everyBudgetIsKept(name: String) throws {
        let model = try Self.model(name)
        let quickest = try plan(model, bytes: nil)
        let least = try least(model)
        #expect(least <= quickest.activationBytes)
        var random = TestRandom(seed: 3)
        let images = [quickest.inputs[0].name: random.numbers(quickest.inputs[0].sampleElements)]
        let output = quickest.outputs[0].name
        let expected = try #require(PlanRun.outputs(of: quickest, images: images, batch: 1).outputs[output])
        var before = Double.infinity
        for step in 0...4 {
            let budget = least + (quickest.activationBytes - least) * step / 4
            let plan = try plan(model, bytes: budget)
            try plan.verify()
            try plan.verifyBuffers()
            #expect(plan.activationBytes <= budget, "\(name), \(budget) B")
            #expect(plan.isOptimal && plan.activationBytes == plan.activationBound, "\(name), \(budget) B")
            // With more memory the estimate never rises.
            let cycles = SharingEstimate(plan, threads: [1]).cycles[0]
            #expect(cycles <= before, "\(name), \(budget) B")
            before = cycles
            let found = try #require(PlanRun.outputs(of: plan, images: images, batch: 1).outputs[output])
            #expect(PlanRun.relativeError(found, expected.map(Double.init)) < 1e-5, "\(name), \(budget) B")
        }
        #expect(try plan(model, bytes: quickest.activationBytes) == quickest)
    }

    /// Fewer tiles at a time are the same sums.
    @Test func lessRoomForTheSameAlgorithmsGivesTheSameBits() throws {
        let model = try Self.model("mnist-cnn")
        let quickest = try plan(model, bytes: nil)
        var random = TestRandom(seed: 5)
        let images = [quickest.inputs[0].name: random.numbers(quickest.inputs[0].sampleElements)]
        let output = quickest.outputs[0].name
        let expected = try #require(PlanRun.outputs(of: quickest, images: images, batch: 1).outputs[output])
        let smaller = try plan(model, bytes: quickest.activationBytes * 9 / 10)
        #expect(smaller.activationBytes < quickest.activationBytes)
        #expect(smaller.body.map(\.opcode) == quickest.body.map(\.opcode))
        let found = try #require(PlanRun.outputs(of: smaller, images: images, batch: 1).outputs[output])
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    }

    /// What is read once for sixteen samples is then read for fewer.
    @Test func fewerSamplesAtOnceTakeLessMemory() throws {
        let model = try Self.model("autoencoder")
        let quickest = try plan(model, bytes: nil, batch: 64)
        #expect(quickest.microBatch == 16)
        let half = try plan(model, bytes: quickest.activationBytes / 2, batch: 64)
        #expect(half.microBatch == 8 && half.activationBytes <= quickest.activationBytes / 2)
    }

    @Test func theErrorSaysTheLeast() throws {
        let model = try Self.model("mnist-cnn")
        let least = try least(model)
        #expect(throws: CompileError.lowering(.activations(limit: least - 1, least: least))) {
            try plan(model, bytes: least - 1)
        }
        #expect(
            CompileError.lowering(.activations(limit: 1000, least: 24_576)).description
                == "the activations take at least 24576 B, which is more than 1000 B; give room for 24576 B")
    }

    @Test func theCurveRunsFromTheLeastToTheQuickest() throws {
        let model = try Pipeline.inference(batch: 1).run(Self.model("mnist-cnn"))
        let curve = try ActivationCurve(model, LoweringOptions(target: Processor.targets[0])).points
        #expect(curve.count > 2)
        for (smaller, larger) in zip(curve, curve.dropFirst()) {
            #expect(smaller.bytes < larger.bytes && smaller.cycles >= larger.cycles)
        }
        #expect(try curve.first?.bytes == least(Self.model("mnist-cnn")))
        #expect(try curve.last?.bytes == plan(Self.model("mnist-cnn"), bytes: nil).activationBytes)
    }

    /// A step of training computes gradients by slower algorithms too, where it has to.
    @Test(arguments: ["mnist-cnn", "resnet8"])
    func trainingKeepsABudget(name: String) throws {
        let model = try Self.model(name)
        var lowering = LoweringOptions(target: Processor.targets[0], batchBound: 16, weights: .state)
        lowering.optimizer = .adam()
        let quickest = try Compiler.trainingPlan(model, .init(), lowering: lowering)
        lowering.maximumActivations = 0
        var least = 0
        do { _ = try Compiler.trainingPlan(model, .init(), lowering: lowering) } catch {
            guard case .lowering(.activations(_, let bytes)) = error else { throw error }
            least = bytes
        }
        #expect(0 < least && least <= quickest.activationBytes)
        for step in 0...4 {
            let budget = least + (quickest.activationBytes - least) * step / 4
            lowering.maximumActivations = budget
            let plan = try Compiler.trainingPlan(model, .init(), lowering: lowering)
            try plan.verify()
            #expect(plan.activationBytes <= budget && plan.isOptimal, "\(name), \(budget) B")
        }
    }
}
