import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Foundation
import Testing

/// Samples that several threads answer together: they get the bits that one thread gives, wherever instructions are cut.
@Suite struct SharedSampleTests {
    /// Compares one thread with several that share one sample.
    private func checkBits(
        _ plan: Plan, inputs: [String: [Float]], integers: [String: [Int32]] = [:], seed: UInt64
    ) throws {
        func outputs(_ plan: Plan, threads: Int) throws -> [String: [Float]] {
            try PlanRun.run(
                plan, floats: inputs, integers: integers, batch: 1, threads: threads, weights: [:]
            ).outputs
        }
        var random = TestRandom(seed: seed)
        let expected = try outputs(plan, threads: 1)
        for threads in [2, 3, 8] {
            let cut = plan.cutEverywhere(&random)
            try cut.verify()
            let found = try outputs(cut, threads: threads)
            for (name, numbers) in expected {
                #expect(
                    try #require(found[name]).map(\.bitPattern) == numbers.map(\.bitPattern),
                    "\(name) on \(threads) threads, seed \(seed)")
            }
        }
    }

    private func inputs(of plan: Plan, seed: UInt64) -> [String: [Float]] {
        var random = TestRandom(seed: seed)
        return Dictionary(uniqueKeysWithValues: plan.inputs.map { ($0.name, random.numbers($0.sampleElements)) })
    }

    @Test(arguments: 0..<60)
    func randomNetworks(seed: Int) throws {
        let model = try RandomNetworkTests.model(RandomNetwork(seed: UInt64(seed)), seed: UInt64(seed))
        for target in Processor.targets {
            let plan = try Compiler.inferencePlan(model, target: target)
            try checkBits(plan, inputs: inputs(of: plan, seed: 1), seed: UInt64(seed))
        }
    }

    /// Layers with many blocks of channels, or many rows, of each kind that is cut.
    static let layers: [String: (input: String, lines: String)] = [
        "a point-wise convolution": ("56, 14, 14", "output z = conv2d(image, filters: 72, kernel: [1, 1])"),
        "a convolution and its pool": (
            "3, 18, 18",
            "output z = max_pool2d(relu(conv2d(image, filters: 80, kernel: [3, 3], padding: 1)), window: [2, 2])"
        ),
        "a convolution by wide tiles": (
            "56, 14, 15", "output z = conv2d(image, filters: 56, kernel: [3, 3], padding: 1)"
        ),
        "a convolution by large tiles": (
            "256, 9, 9", "output z = conv2d(image, filters: 96, kernel: [3, 3], padding: 1)"
        ),
        "a strided convolution": (
            "24, 15, 14", "output z = conv2d(image, filters: 40, kernel: [3, 3], stride: [2, 2], padding: 1)"
        ),
        "a dilated convolution": (
            "24, 15, 14", "output z = conv2d(image, filters: 40, kernel: [3, 3], dilation: [2, 2], padding: 2)"
        ),
        "windows that no tile holds": (
            "24, 16, 15",
            "output z = max_pool2d(conv2d(image, filters: 40, kernel: [3, 3], padding: 1), window: [3, 3])"
        ),
        "a residual sum": (
            "56, 12, 14", "output z = relu(add(conv2d(image, filters: 56, kernel: [1, 1]), image))"
        ),
        "groups of whole blocks": (
            "64, 10, 9", "output z = conv2d(image, filters: 96, kernel: [3, 3], padding: 1, groups: 2)"
        ),
        "mixed groups": ("84, 10, 9", "output z = conv2d(image, filters: 56, kernel: [3, 3], padding: 1, groups: 4)"),
        "depthwise convolutions": (
            "56, 14, 14",
            """
            a = relu(conv2d(image, filters: 56, kernel: [3, 3], padding: 1, groups: 56))
            b = conv2d(a, filters: 56, kernel: [5, 5], stride: [2, 2], padding: 2, groups: 56)
            output z = conv2d(b, filters: 8, kernel: [1, 1])
            """
        ),
        "pools": (
            "56, 14, 14",
            """
            a = max_pool2d(image, window: [3, 3], stride: [2, 2], padding: 1)
            output z = average_pool2d(a, window: [3, 3])
            """
        ),
        "dense layers": (
            "64, 7, 7", "a = relu(linear(flatten(image), units: 150))\noutput z = softmax(linear(a, units: 90))"
        ),
        "rows": (
            "49, 64",
            """
            a = gelu(layer_norm(linear(image, units: 100)))
            output z = softmax(a)
            """
        ),
        "attention": (
            "49, 64", "output z = multi_head_attention(image, heads: 4, key_heads: 2)"
        ),
        "attention to what came before": (
            "200, 16", "output z = multi_head_attention(image, heads: 1, causal: true)"
        ),
        "products of matrices": ("4, 49, 36", "output z = matmul(image, image, transpose_b: true)"),
        "a product of many rows": ("140, 130", "output z = matmul(image, image, transpose_a: true)"),
        "a group norm": ("64, 9, 8", "output z = group_norm(image, groups: 8)"),
    ]

    @Test(arguments: layers.keys.sorted(), Processor.targets)
    func layer(name: String, target: Target) throws {
        let layer = try #require(Self.layers[name])
        let spec = "model m\ninput image: f32[N, \(layer.input)]\n\(layer.lines)"
        let model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(spec))).initialized(seed: 3)
        for algorithms in [ConvolutionAlgorithms.direct, .approximate] {
            let plan = try Compiler.inferencePlan(model, target: target, convolutions: algorithms)
            let partitions = plan.body.map { $0.partitions(lanes: target.lanes).count }
            #expect(partitions.contains { $0 > 0 }, "\(name) is cut")
            for seed in 0..<4 { try checkBits(plan, inputs: inputs(of: plan, seed: 2), seed: UInt64(seed)) }
        }
    }

    @Test(arguments: TrainingStep.models)
    func models(_ given: TrainingStep.Case) throws {
        let model = try TrainingStep.model(PeerFixture.spec(given.model), given.settings)
        let plan = try Compiler.inferencePlan(model, target: Processor.targets[0])
        let (floats, integers) = TrainingStep.inputs(of: plan, batch: 1)
        try checkBits(plan, inputs: floats, integers: integers, seed: 1)
    }

    /// A batch that threads don't come out even with: some samples are dealt out, and the last are shared.
    @Test func batchesThatDontComeOutEven() throws {
        let layer = try #require(Self.layers["a residual sum"])
        let spec = "model m\ninput image: f32[N, \(layer.input)]\n\(layer.lines)"
        let model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(spec))).initialized(seed: 3)
        var random = TestRandom(seed: 9)
        let plan = try Compiler.inferencePlan(model, target: Processor.targets[0], batchBound: 16)
            .cutEverywhere(&random)
        for batch in [1, 2, 3, 5, 7, 16] {
            let images = ["image": random.numbers(batch * plan.inputs[0].sampleElements)]
            let expected = try PlanRun.outputs(of: plan, images: images, batch: batch).outputs["z"]
            for threads in [2, 3, 4] {
                let found = try PlanRun.outputs(of: plan, images: images, batch: batch, threads: threads).outputs["z"]
                #expect(found?.map(\.bitPattern) == expected?.map(\.bitPattern), "\(batch) on \(threads) threads")
            }
        }
    }

    /// More threads than processors, and others that want these too: whoever is late, the bits are the same.
    @Test func aBusyMachineChangesNothing() throws {
        let model = try RandomNetworkTests.model(RandomNetwork(seed: 4), seed: 4)
        var random = TestRandom(seed: 4)
        let plan = try Compiler.inferencePlan(model, target: Processor.targets[0]).cutEverywhere(&random)
        let images = inputs(of: plan, seed: 6)
        let expected = try PlanRun.outputs(of: plan, images: images, batch: 1).outputs
        let end = Date().addingTimeInterval(1)
        for _ in 0..<4 { Thread.detachNewThread { while Date() < end {} } }
        repeat {
            let found = try PlanRun.outputs(of: plan, images: images, batch: 1, threads: 8).outputs
            for (name, numbers) in expected {
                #expect(found[name]?.map(\.bitPattern) == numbers.map(\.bitPattern), "\(name)")
            }
        } while Date() < end
    }
}
