import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import CAllocationCount
import Testing

/// What is promised of the plans of the project's models.
@Suite(.serialized) struct PlanTests {
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

    @Test(arguments: PeerFixture.models, [1, 2])
    func aRunAllocatesNothing(name: String, threads: Int) throws {
        let model = try PeerAgreementTests.model(name)
        let target = Processor.targets[0]
        let plan = try Compiler.inferencePlan(model, target: target, batchBound: 16)
        var session = try Session(plan, threads: threads)
        let input = [Float](repeating: 0.5, count: 16 * plan.inputs[0].sampleElements)
        var output = [Float](repeating: 0, count: 16 * plan.outputs[0].sampleElements)
        var answers = output.mutableSpan
        try session.run(input.span, into: &answers)
        let before = apus_allocation_count()
        for _ in 0..<1000 { try session.run(input.span, into: &answers) }
        #expect(apus_allocation_count() - before == 0)
    }

    @Test func aTrainingStepAllocatesNothing() throws {
        let (_, plan) = try Self.plans("mnist-cnn", target: Processor.targets[0])
        var session = try Session(plan, threads: 2)
        let images = [Float](repeating: 0.5, count: 32 * 784)
        let labels = [Int32](repeating: 3, count: 32)
        try images.withUnsafeBytes { imageBytes in
            try labels.withUnsafeBytes { labelBytes in
                session.bindInput(0, to: imageBytes.baseAddress!)
                session.bindInput(1, to: labelBytes.baseAddress!)
                try session.run(batch: 32)
                let before = apus_allocation_count()
                for _ in 0..<1000 { try session.run(batch: 32) }
                #expect(apus_allocation_count() - before == 0)
            }
        }
    }

    @Test func theCounterCounts() {
        let before = apus_allocation_count()
        let block = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 16)
        block.deallocate()
        #expect(apus_allocation_count() - before >= 1)
    }
}
