import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// A step of the optimizer over several batches, with a limited norm, against the gradients of the reference interpreter.
@Suite struct GradientStepTests {
    @Test(arguments: 0..<6)
    func batchesAreAddedUpAndClipped(seed: Int) throws {
        let source = """
            model net
            input image: f32[N, 1, 8, 8]
            conv = conv2d(image, filters: 5, kernel: [3, 3])
            pool = max_pool2d(relu(conv), window: [2, 2])
            output p = softmax(dense(relu(dense(flatten(pool), units: 9)), units: 4))
            """
        let model = try Pipeline([ExplicitParameters(), FixParameters(seed % 2 == 0 ? ["conv.*"] : [])]).run(
            Model(graph: Graph.parse(source))
        ).initialized(seed: UInt64(seed))
        var random = TestRandom(seed: UInt64(seed) &+ 5000)
        let counts = (0..<3).map { _ in random.integer(1...6) }
        let limit = seed < 3 ? 0.05 : 1000.0
        var lowering = LoweringOptions(target: Processor.targets[0], batchBound: 6, weights: .state)
        lowering.optimizer = .momentum(0)
        lowering.accumulatesGradients = true
        lowering.maximumNorm = limit
        let plan = try Compiler.trainingPlan(model, .init(), lowering: lowering)
        let training = try Pipeline([ExplicitParameters(), AttachLoss(.automatic), TrainingMode(), Differentiate()])
            .run(model).graph
        var session = try Session(plan, threads: 2)
        for slice in plan.slices {
            if let weights = model.weights[slice.name], [.parameter, .fixed].contains(slice.kind) {
                try session.write(weights, to: slice)
            }
        }
        var gradients: [String: [Double]] = [:]
        let total = counts.reduce(0, +)
        for (batch, count) in counts.enumerated() {
            let images = random.numbers(count * 64)
            let labels = (0..<count).map { _ in Int32(random.integer(0...3)) }
            var arguments = RunArguments()
            arguments.learningRate = 0.5
            arguments.share = Float(count) / Float(total)
            arguments.isFirst = batch == 0 ? 1 : 0
            arguments.isLast = batch == 2 ? 1 : 0
            try images.withUnsafeBytes { images in
                try labels.withUnsafeBytes { labels in
                    session.bindInput(0, to: images.baseAddress!)
                    session.bindInput(1, to: labels.baseAddress!)
                    try session.run(batch: count, arguments: arguments)
                }
            }
            let (graph, tensors) = RandomNetworkTests.reference(
                training, model, images: images, labels: labels, batch: count)
            for gradient in graph.gradients {
                let name = graph[gradient.target].name
                let elements = tensors[gradient.value.index].elements.map { $0 * Double(count) / Double(total) }
                gradients[name] = gradients[name].map { zip($0, elements).map { $0 + $1 } } ?? elements
            }
        }
        let norm = gradients.values.joined().reduce(0.0) { $0 + $1 * $1 }.squareRoot()
        let scale = min(1, limit / norm)
        #expect(gradients.count == (seed % 2 == 0 ? 4 : 6) && (scale < 1) == (seed < 3))
        for slice in plan.slices where [.parameter, .fixed].contains(slice.kind) {
            let before = try #require(model.weights[slice.name])
            let found = session.read(slice)
            if slice.kind == .fixed {
                #expect(found == before)
                continue
            }
            let gradient = try #require(gradients[slice.name])
            let expected = zip(before, gradient).map { Double($0) - 0.5 * scale * $1 }
            #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 2e-5 }, "\(slice.name), seed \(seed)")
        }
    }
}
