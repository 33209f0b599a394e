import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Plans that multiply bf16.
@Suite struct BFloat16Tests {
    @Test("chains of convolutions give the bits of the definition on every target", arguments: 0..<20 as Range<UInt64>)
    func bitsAreTheDefinitions(seed: UInt64) throws {
        let chain = BFloat16Chain(seed: seed)
        let model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(chain.source)))
            .initialized(seed: seed)
        let batch = Int(seed % 3) + 1
        var random = TestRandom(seed: seed &+ 77)
        let numbers = random.numbers(batch * chain.pixels, 1.5)
        let expected = chain.answer(numbers, weights: model.weights)
        for target in Processor.targets {
            let plan = try Compiler.inferencePlan(
                model, target: target, batchBound: batch, convolutions: .direct, compute: .bf16)
            try plan.verify()
            try plan.verifyBuffers()
            #expect(plan.body.count { $0.opcode == .bfloat16Convolution } == chain.count, "seed \(seed)")
            #expect(plan.body.count { $0.opcode == .bfloat16MaxPool } == chain.pools, "seed \(seed)")
            for threads in [1, 2] {
                let found = try PlanRun.outputs(of: plan, images: ["image": numbers], batch: batch, threads: threads)
                #expect(
                    found.outputs["y"] == expected,
                    "seed \(seed), \(target.rawValue), \(threads) threads\n\(chain.source)")
            }
        }
    }

    @Test("random networks are near those of f32, whatever the batch and the threads", arguments: 0..<60)
    func networksAreNear(seed: Int) throws {
        let network = RandomNetwork(seed: UInt64(seed))
        let model = try RandomNetworkTests.model(network, seed: UInt64(seed))
        var random = TestRandom(seed: UInt64(seed) &+ 5000)
        let batch = random.integer(2...5)
        let pixels = model.graph[model.graph.inputs[0]].type.sampleElements!
        let images = random.numbers(batch * pixels)
        let (graph, tensors) = RandomNetworkTests.reference(
            model.graph, model, images: images, labels: nil, batch: batch)
        let expected = tensors[graph.outputs[0].index].elements
        for target in Processor.targets {
            let plan = try Compiler.inferencePlan(
                model, target: target, batchBound: batch, convolutions: .direct, compute: .bf16)
            try plan.verify()
            try plan.verifyBuffers()
            let found = try PlanRun.outputs(of: plan, images: ["image": images], batch: batch).outputs["probabilities"]!
            #expect(
                PlanRun.relativeError(found, expected) < 0.03, "seed \(seed), \(target.rawValue):\n\(network.source)")
            let shared = try PlanRun.outputs(of: plan, images: ["image": images], batch: batch, threads: 3)
            #expect(shared.outputs["probabilities"] == found, "seed \(seed), \(target.rawValue)")
            let last = try PlanRun.outputs(of: plan, images: ["image": Array(images.suffix(pixels))], batch: 1)
            #expect(
                last.outputs["probabilities"]! == found.suffix(found.count / batch), "seed \(seed), \(target.rawValue)")
        }
    }

    /// Which layers are computed in bf16 does not depend on the target, and f32 is what nobody asked to change.
    @Test func layersAreChosenByTheirCost() throws {
        let model = try Pipeline([ExplicitParameters()]).run(
            Model(
                graph: Graph.parse(
                    """
                    model small
                    input image: f32[N, 3, 32, 32]
                    a = conv2d(image, filters: 64, kernel: [7, 7], padding: 3)
                    b = conv2d(a, filters: 64, kernel: [1, 1])
                    c = conv2d(b, filters: 64, kernel: [3, 3], padding: 1, groups: 64)
                    d = conv2d(c, filters: 64, kernel: [3, 3], padding: 1)
                    output y = conv2d(d, filters: 1, kernel: [1, 1])

                    """))
        ).initialized(seed: 0)
        for target in Target.allCases {
            let plan = try Compiler.inferencePlan(model, target: target, compute: .bf16)
            let names = plan.body.filter { $0.opcode == .bfloat16Convolution }.map(\.label)
            // Each channel by itself has no pairs, and Winograd's algorithm needs fewer products than pairs save.
            #expect(names == ["a", "b", "y"], "\(target.rawValue)")
            let plain = try Compiler.inferencePlan(model, target: target)
            #expect(!plain.body.contains { $0.opcode == .bfloat16Convolution || $0.opcode == .convertImage })
        }
    }

    @Test func weightsThatChangeAreOfSinglePrecision() throws {
        let network = RandomNetwork(seed: 1)
        let model = try RandomNetworkTests.model(network, seed: 1)
        var options = LoweringOptions(target: Processor.targets[0], weights: .state)
        options.compute = .bf16
        let error = #expect(throws: CompileError.self) {
            try Compiler.plan(model, through: .evaluation(), options)
        }
        #expect("\(try #require(error))" == "bf16 needs weights that don't change; train in f32")
    }
}
