import ApusCompiler
import ApusGraph
import ApusPlan
import Testing

/// What is promised of the plans of the project's models.
@Suite struct PlanTests {
    static func plans(_ name: String, target: Target) throws -> (inference: Plan, training: Plan) {
        let model = try PeerAgreementTests.model(name)
        var lowering = LoweringOptions(target: target, batchBound: 128, weights: .state)
        lowering.optimizer = .adam()
        return (
            try Compiler.inferencePlan(model, target: target),
            try Compiler.trainingPlan(model, .init(inputNoise: 0.1), lowering: lowering)
        )
    }

    @Test(arguments: PeerFixture.models)
    func arenasMeetTheirBound(name: String) throws {
        for target in [Target.baseline, .avx2, .avx512, .arm64] {
            let (inference, training) = try Self.plans(name, target: target)
            #expect(inference.isOptimal && inference.activationBytes == inference.activationBound)
            #expect(training.isOptimal && training.activationBytes == training.activationBound)
            for plan in [inference, training] {
                let requests = plan.buffers.map {
                    BufferRequest(size: $0.size, firstUse: $0.firstUse, lastUse: $0.lastUse)
                }
                let memory = MemoryPlan(
                    offsets: plan.buffers.map(\.offset), size: plan.activationBytes,
                    lowerBound: plan.activationBound, isOptimal: true, searchNodes: 0)
                #expect(memory.violations(of: requests).isEmpty)
            }
        }
    }

    @Test func aSampleOfMnistIsSmall() throws {
        for target in [Target.baseline, .avx2, .avx512] {
            let (inference, training) = try Self.plans("mnist-cnn", target: target)
            #expect(inference.activationBytes / inference.microBatch <= 28 * 1024)
            #expect(training.activationBytes / training.microBatch <= 90 * 1024)
        }
    }

    @Test func whatNobodyReadsIsNotComputed() throws {
        let (inference, _) = try Self.plans("mnist-cnn", target: .avx512)
        // conv1 28·28·16·9, conv2 14·14·32·16·9, conv3 6·6·32·32·9 (7 × 7 without trimming), dense 288·10
        #expect(inference.multiplyAdds == 112_896 + 903_168 + 331_776 + 2_880)
        #expect(inference.fused.count == 3)
    }
}
