import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Random networks, compiled and run, against the reference interpreter on the graph as it was written.
@Suite struct RandomNetworkTests {
    static let targets = Processor.targets

    /// The weights of a model, moved off their initial symmetry.
    static func model(_ network: RandomNetwork, seed: UInt64) throws -> Model {
        var model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(network.source)))
            .initialized(seed: seed)
        var random = TestRandom(seed: seed ^ 0xABCD)
        for (name, elements) in model.weights.sorted(by: { $0.key < $1.key }) {
            let isVariance = name.hasSuffix("variance")
            model.weights[name] = elements.map { isVariance ? abs($0 + random.number(0.5)) : $0 + random.number(0.1) }
        }
        return model
    }

    static func reference(
        _ graph: Graph, _ model: Model, images: [Float], labels: [Int32]?, batch: Int
    ) -> (graph: Graph, tensors: [Tensor]) {
        var bindings: [String: Tensor] = [:]
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape(batch: batch), elements: model.weights[value.name]!.map(Double.init))
        }
        bindings["image"] = Tensor(
            shape: graph[graph.inputs[0]].type.shape(batch: batch), elements: images.map(Double.init))
        if let labels { bindings["labels"] = Tensor(shape: [batch], elements: labels.map(Double.init)) }
        return (graph, ReferenceInterpreter(graph).run(bindings, batch: batch))
    }

    @Test(arguments: 0..<60)
    func answersAgreeWithTheReference(seed: Int) throws {
        let network = RandomNetwork(seed: UInt64(seed))
        let model = try Self.model(network, seed: UInt64(seed))
        var random = TestRandom(seed: UInt64(seed) &+ 1000)
        let batch = random.integer(1...5)
        let pixels = model.graph[model.graph.inputs[0]].type.sampleElements!
        let images = random.numbers(batch * pixels)
        let (graph, tensors) = Self.reference(model.graph, model, images: images, labels: nil, batch: batch)
        let expected = tensors[graph.outputs[0].index].elements
        for target in Self.targets {
            let plan = try Compiler.inferencePlan(model, target: target, batchBound: batch)
            #expect(plan.isOptimal, "seed \(seed)")
            let found = try PlanRun.outputs(of: plan, images: ["image": images], batch: batch)
            let error = PlanRun.relativeError(found.outputs["probabilities"]!, expected)
            #expect(error < 2e-5, "seed \(seed), \(target.rawValue):\n\(network.source)")
        }
    }

    @Test(arguments: 0..<60)
    func gradientsAgreeWithTheReference(seed: Int) throws {
        let network = RandomNetwork(seed: UInt64(seed))
        let model = try Self.model(network, seed: UInt64(seed))
        var random = TestRandom(seed: UInt64(seed) &+ 2000)
        let batch = random.integer(2...9)
        let pixels = model.graph[model.graph.inputs[0]].type.sampleElements!
        let images = random.numbers(batch * pixels)
        let labels = (0..<batch).map { _ in Int32(random.integer(0...network.classes - 1)) }
        // The reference differentiates too, but fuses and trims nothing.
        let plain = try Pipeline([
            ExplicitParameters(), AttachLoss(.automatic), TrainingMode(), RemoveDeadCode(keepsParameters: true),
            Differentiate(),
        ]).run(model)
        let (graph, tensors) = Self.reference(plain.graph, model, images: images, labels: labels, batch: batch)
        for target in Self.targets {
            var lowering = LoweringOptions(target: target, batchBound: batch, weights: .state)
            lowering.shards = 3
            let plan = try Compiler.trainingPlan(model, .init(), lowering: lowering)
            let found = try PlanRun.run(
                plan, images: ["image": images], labels: labels, batch: batch, threads: 1, weights: model.weights)
            for gradient in graph.gradients {
                let name = graph[gradient.target].name
                let expected = tensors[gradient.value.index].elements
                let result = found.state["gradient/\(name)"]!
                let scale = Self.magnitude(ofLayer: name, graph, tensors)
                let worst = zip(result, expected).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
                #expect(
                    worst / scale < 5e-4 && result.allSatisfy(\.isFinite),
                    "seed \(seed), \(target.rawValue), \(name): \(worst) of \(scale)\n\(network.source)")
            }
            for update in graph.updates {
                let name = graph[update.target].name
                let error = PlanRun.relativeError(
                    found.state["statistic/\(name)"]!, tensors[update.value.index].elements)
                #expect(error < 1e-4, "seed \(seed), \(target.rawValue), \(name)")
            }
        }
    }

    /// The largest gradient of a layer. A bias before batch norm has a gradient that cancels to nothing, so that its own
    /// size is no measure of its error.
    static func magnitude(ofLayer name: String, _ graph: Graph, _ tensors: [Tensor]) -> Double {
        func layer(_ name: String) -> Substring { name[..<(name.lastIndex(of: ".") ?? name.endIndex)] }
        var magnitude = 1e-3
        for gradient in graph.gradients where layer(graph[gradient.target].name) == layer(name) {
            magnitude = tensors[gradient.value.index].elements.reduce(magnitude) { max($0, abs($1)) }
        }
        return magnitude
    }

    @Test(arguments: 0..<12)
    func threadsDoNotChangeABit(seed: Int) throws {
        let network = RandomNetwork(seed: UInt64(seed))
        let model = try Self.model(network, seed: UInt64(seed))
        var random = TestRandom(seed: UInt64(seed) &+ 3000)
        let batch = random.integer(1...40)
        let pixels = model.graph[model.graph.inputs[0]].type.sampleElements!
        let images = random.numbers(batch * pixels)
        let labels = (0..<batch).map { _ in Int32(random.integer(0...network.classes - 1)) }
        var lowering = LoweringOptions(target: Self.targets[0], batchBound: batch, weights: .state)
        lowering.optimizer = .adam()
        let plan = try Compiler.trainingPlan(model, .init(inputNoise: 0.1), lowering: lowering)
        let runs = try [1, 2, 3].map { threads in
            try PlanRun.run(
                plan, images: ["image": images], labels: labels, batch: batch, threads: threads,
                weights: model.weights
            ).state.mapValues { $0.map(\.bitPattern) }
        }
        #expect(runs[0] == runs[1] && runs[0] == runs[2], "seed \(seed)")
    }
}
