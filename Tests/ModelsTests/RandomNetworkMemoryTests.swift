import ApusCompiler
import ApusGraph
import ApusPlan
import Testing

/// The plans of random networks, for every target: none has to be run for this.
@Suite struct RandomNetworkMemoryTests {
    private func plans(seed: Int, _ target: Target) throws -> [Plan] {
        let network = RandomNetwork(seed: UInt64(seed))
        let model = try RandomNetworkTests.model(network, seed: UInt64(seed))
        var random = TestRandom(seed: UInt64(seed) &+ 4000)
        let batch = random.integer(1...40)
        var lowering = LoweringOptions(target: target, batchBound: batch, weights: .state)
        lowering.shards = random.integer(1...8)
        lowering.microBatch = random.integer(1...5)
        lowering.optimizer = .momentum(0.9, decay: 1e-3)
        return [
            try Compiler.inferencePlan(model, target: target, batchBound: batch),
            try Compiler.evaluationPlan(model, target: target, batchBound: batch),
            try Compiler.trainingPlan(model, .init(inputNoise: 0.1), lowering: lowering),
        ]
    }

    @Test(arguments: 0..<60)
    func everyInstructionStaysInItsMemory(seed: Int) throws {
        for target in Target.allCases {
            for plan in try plans(seed: seed, target) {
                #expect(throws: Never.self, "seed \(seed), \(target.rawValue)") { try plan.verify() }
                #expect(throws: Never.self, "seed \(seed), \(target.rawValue)") { try plan.verifyBuffers() }
                #expect(plan.activationBytes == plan.activationBound, "seed \(seed), \(target.rawValue)")
            }
        }
    }

    @Test(arguments: 0..<60)
    func filesGiveThePlanBack(seed: Int) throws {
        for plan in try plans(seed: seed, Target.allCases[seed % Target.allCases.count]) {
            #expect(try PlanFile.decode(PlanFile.encode(plan)) == plan, "seed \(seed)")
        }
    }
}
