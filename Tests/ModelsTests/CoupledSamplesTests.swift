import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Training graphs whose body needs sums over the whole batch: shards wait for each other in its midst.
@Suite("Coupled samples") struct CoupledSamplesTests {
    /// Batch norm of images and of rows, and a batch's sum that samples read, by itself and behind operators of its own.
    static let sources = [
        "batch norm": """
        input image: f32[N, 2, 9, 9]
        conv1 = conv2d(image, filters: 20, kernel: [3, 3], padding: 1, bias: false)
        act1 = relu(batch_norm(conv1))
        conv2 = conv2d(act1, filters: 20, kernel: [3, 3], stride: [2, 2], padding: 1, bias: false)
        norm2 = batch_norm(conv2, momentum: 0.3)
        act2 = relu(add(norm2, conv2d(act1, filters: 20, kernel: [1, 1], stride: [2, 2])))
        hidden = dense(flatten(global_average_pool(act2)), units: 9)
        act3 = relu(batch_norm(hidden))
        logits = dense(act3, units: 5)
        output probabilities = softmax(logits)
        """,
        "batch norm of rows in steps": """
        input image: f32[N, 4, 6]
        normed = batch_norm(image)
        hidden = relu(batch_norm(dense(flatten(normed), units: 17)))
        logits = dense(hidden, units: 5)
        output probabilities = softmax(logits)
        """,
        "sums that samples read": """
        input image: f32[N, 6]
        hidden = dense(image, units: 7)
        sum = reduce_sum(hidden, axes: [0])
        near = subtract(hidden, multiply(sum, sum))
        gain = sigmoid(add(sum, sum))
        logits = dense(multiply(near, gain), units: 5)
        output probabilities = softmax(logits)
        """,
    ]

    private static func model(_ name: String) throws -> Model {
        let network = RandomNetwork(source: "model coupled\n" + sources[name]!, classes: 5)
        return try RandomNetworkTests.model(network, seed: 3)
    }

    private static func plan(_ model: Model, _ target: Target, bound: Int, shards: Int) throws -> Plan {
        var lowering = LoweringOptions(target: target, batchBound: bound, weights: .state)
        lowering.shards = shards
        return try Compiler.trainingPlan(model, .init(), lowering: lowering)
    }

    /// The last batch of an epoch may be so small that shards have nothing.
    @Test(arguments: sources.keys.sorted(), [2, 3, 7, 12])
    func gradientsAreThoseOfTheWholeBatch(name: String, batch: Int) throws {
        let model = try Self.model(name)
        var random = TestRandom(seed: 77 &+ UInt64(batch))
        let images = random.numbers(batch * model.graph[model.graph.inputs[0]].type.sampleElements!, 2)
        let labels = (0..<batch).map { _ in Int32(random.integer(0...4)) }
        let plain = try Pipeline([
            ExplicitParameters(), AttachLoss(.automatic), TrainingMode(), RemoveDeadCode(keepsParameters: true),
            Differentiate(),
        ]).run(model)
        let (graph, tensors) = RandomNetworkTests.reference(
            plain.graph, model, images: images, labels: labels, batch: batch)
        for target in RandomNetworkTests.targets {
            let plan = try Self.plan(model, target, bound: 12, shards: 5)
            let state = try PlanRun.run(
                plan, images: ["image": images], labels: labels, batch: batch, threads: 2, weights: model.weights
            ).state
            for gradient in graph.gradients {
                let parameter = graph[gradient.target].name
                let expected = tensors[gradient.value.index].elements
                let found = try #require(state["gradient/\(parameter)"])
                let scale = RandomNetworkTests.magnitude(ofLayer: parameter, graph, tensors)
                let worst = zip(found, expected).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
                #expect(
                    worst / scale < 5e-4 && found.allSatisfy(\.isFinite) && found.count == expected.count,
                    "\(target.rawValue), \(parameter): \(worst) of \(scale)")
            }
            for update in graph.updates {
                let statistic = graph[update.target].name
                let found = try #require(state["statistic/\(statistic)"])
                let error = PlanRun.relativeError(found, tensors[update.value.index].elements)
                #expect(error < 1e-5, "\(target.rawValue), \(statistic)")
            }
        }
    }

    @Test(arguments: sources.keys.sorted(), [1, 5, 12])
    func threadsDoNotChangeABit(name: String, batch: Int) throws {
        let model = try Self.model(name)
        var random = TestRandom(seed: 78 &+ UInt64(batch))
        let images = random.numbers(batch * model.graph[model.graph.inputs[0]].type.sampleElements!, 2)
        let labels = (0..<batch).map { _ in Int32(random.integer(0...4)) }
        for target in RandomNetworkTests.targets {
            let plan = try Self.plan(model, target, bound: 12, shards: 5)
            let states = try (1...4).map { threads in
                try PlanRun.run(
                    plan, images: ["image": images], labels: labels, batch: batch, threads: threads,
                    weights: model.weights
                ).state.mapValues { $0.map(\.bitPattern) }
            }
            for (threads, state) in states.enumerated() {
                #expect(state == states[0], "\(target.rawValue), \(threads + 1) threads")
            }
        }
    }

    @Test(arguments: sources.keys.sorted())
    func plansAreCutIntoShards(name: String) throws {
        let model = try Self.model(name)
        for target in Target.allCases {
            for (bound, shards, microBatch) in [(64, 8, 8), (12, 5, 3), (3, 8, 1), (4, 1, 4)] {
                let plan = try Self.plan(model, target, bound: bound, shards: shards)
                try plan.verify()
                try plan.verifyBuffers()
                #expect(plan.shards == min(shards, bound) && plan.microBatch == microBatch)
                #expect(!plan.combinations.isEmpty && plan.couplesSamples)
                #expect(plan.activationBytes == plan.activationBound, "\(target.rawValue), \(bound) in \(shards)")
                // Samples are worked on before the first combination and behind the last.
                #expect(plan.bodyParts.first?.isCombination == false && plan.bodyParts.last?.isCombination == false)
                #expect(try PlanFile.decode(PlanFile.encode(plan)) == plan)
            }
        }
    }
}
