import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// What is promised of the plans of the project's models.
@Suite struct PlanTests {
    /// Those for digits, as they are in `Models`.
    static let models = ["mnist-cnn", "mnist-cnn-small", "lenet5", "mlp"]

    static func model(_ name: String) throws -> Model {
        try ExplicitParameters().apply(to: Model(graph: Graph.parse(PeerFixture.spec(name)))).initialized(seed: 5)
    }

    static func plans(
        _ name: String, target: Target, convolutions: ConvolutionAlgorithms = .exact
    ) throws -> (inference: Plan, training: Plan) {
        let model = try Self.model(name)
        var lowering = LoweringOptions(target: target, batchBound: 128, weights: .state)
        lowering.optimizer = .adam()
        lowering.convolutions = convolutions
        return (
            try Compiler.inferencePlan(model, target: target, convolutions: convolutions),
            try Compiler.trainingPlan(model, .init(inputNoise: 0.1), lowering: lowering)
        )
    }

    @Test(arguments: models)
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
            let (inference, training) = try Self.plans("mnist-cnn", target: target, convolutions: .direct)
            let bytes = [inference, training].map { $0.activationBytes / $0.microBatch }
            #expect(bytes[0] <= 24_576 && bytes[1] <= 68_480, "\(target)")
            if target == .avx512 { #expect(bytes == [24_576, 68_480]) }
        }
    }

    /// The transforms of one convolution at a time, which stay in the nearest caches.
    @Test func transformsTakeLittleMore() throws {
        let expected: [Target: [Int]] = [
            .baseline: [65_408, 94_400], .avx2: [61_568, 100_928], .avx512: [67_008, 91_648],
        ]
        for (target, bytes) in expected {
            let (inference, training) = try Self.plans("mnist-cnn", target: target)
            #expect([inference, training].map { $0.activationBytes / $0.microBatch } == bytes, "\(target)")
        }
    }

    @Test func whatNobodyReadsIsNotComputed() throws {
        let (inference, _) = try Self.plans("mnist-cnn", target: .avx512)
        // conv1 28·28·16·9, conv2 14·14·32·16·9, conv3 6·6·32·32·9 (7 × 7 without trimming), dense 288·10
        #expect(inference.multiplyAdds == 112_896 + 903_168 + 331_776 + 2_880)
        #expect(inference.fused.count == 3)
    }

    @Test(arguments: models)
    func anyBatchGivesTheSameBits(name: String) throws {
        // Fewer at once than there are samples, and more: micro-batches of several sizes.
        for bound in [1, 5, 64] {
            let plan = try Compiler.inferencePlan(
                try Self.model(name), target: Processor.targets[0], batchBound: bound)
            var random = TestRandom(seed: 5)
            let images = random.numbers(137 * plan.inputs[0].sampleElements)
            let all = try PlanRun.outputs(of: plan, images: ["image": images], batch: 137)
            for (batch, threads) in [(1, 1), (1, 2), (2, 3), (15, 2), (16, 1), (17, 2), (36, 3), (137, 2)] {
                let some = try PlanRun.outputs(of: plan, images: ["image": images], batch: batch, threads: threads)
                let expected = all.outputs["probabilities"]?.prefix(batch * 10)
                #expect(
                    some.outputs["probabilities"]?.map(\.bitPattern) == expected?.map(\.bitPattern),
                    "bound \(bound), batch \(batch), \(threads) threads")
            }
        }
    }

    @Test func aTrainingPlanTakesBatchesUpToItsBound() throws {
        let (_, training) = try Self.plans("mlp", target: Processor.targets[0])
        let images = [Float](repeating: 0, count: 129 * training.inputs[0].sampleElements)
        let error = #expect(throws: SessionError.self) {
            _ = try PlanRun.outputs(
                of: training, images: ["image": images], labels: Array(repeating: 0, count: 129), batch: 129)
        }
        #expect(
            error?.description
                == "a batch of 129 is not from 1 to the plan's bound of 128; give fewer samples, or compile "
                + "the model with a larger bound"
        )
    }

    @Test func spansAreRefusedWhereThereAreSeveralPorts() throws {
        let (_, training) = try Self.plans("mlp", target: Processor.targets[0])
        let error = #expect(throws: SessionError.self) { try Self.answer(training) }
        #expect(
            error?.description
                == "two spans serve a plan with one input and one output of f32, and this one has the inputs "
                + "image: f32[N, 1, 28, 28], labels: i32[N] and the outputs (none); give values by their names")
    }

    private static func answer(_ plan: Plan) throws {
        var session = try Session(plan)
        let input = [Float](repeating: 0, count: 784)
        var output = [Float](repeating: 0, count: 10)
        var span = output.mutableSpan
        try session.run(input.span, into: &span)
    }
}
