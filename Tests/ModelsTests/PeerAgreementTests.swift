import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Testing

/// Whole models against PyTorch: the answers, the loss, and the gradient of every parameter.
///
/// The bounds are on the largest difference of a value's elements, relative to the largest of its elements.
@Suite struct PeerAgreementTests {
    /// The spec with its parameters, and the weights of the fixture.
    static func model(_ name: String) throws -> Model {
        var model = try ExplicitParameters().apply(to: Model(graph: Graph.parse(PeerFixture.spec(name))))
        for parameter in model.graph.parameters {
            let value = model.graph[parameter.value]
            model.weights[value.name] = PeerFixture.weights(shape: value.type.shape(batch: 1), name: value.name)
        }
        return model
    }

    private static func difference(_ values: [Float], from value: String, of name: String) throws -> Double {
        PlanRun.relativeError(values, try PeerFixture.answer(name, value).map(Double.init))
    }

    @Test(arguments: PeerFixture.models)
    func referenceKernelsAgree(name: String) throws {
        let model = try Pipeline.training().run(try Self.model(name), verify: true)
        let graph = model.graph
        var bindings = [
            "image": Tensor(shape: [PeerFixture.batch, 1, 28, 28], elements: PeerFixture.images().map(Double.init)),
            "labels": Tensor(shape: [PeerFixture.batch], elements: PeerFixture.labels().map(Double.init)),
        ]
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape(batch: 1), elements: try #require(model.weights[value.name]).map(Double.init))
        }
        let values = ReferenceInterpreter(graph).run(bindings, batch: PeerFixture.batch)

        func check(_ id: ValueID, _ answer: String) throws {
            let difference = try Self.difference(values[id.index].elements.map(Float.init), from: answer, of: name)
            #expect(difference < 1e-6, "\(answer) of \(name)")
        }
        try check(try #require(graph.value(named: "logits")), "logits")
        try check(graph.outputs[0], "loss")
        #expect(graph.gradients.count == graph.parameters.count)
        for gradient in graph.gradients { try check(gradient.value, "\(graph[gradient.target].name).gradient") }
    }

    @Test(arguments: PeerFixture.models, Processor.targets)
    func answersAgree(name: String, target: Target) throws {
        for output in ["logits", "probabilities"] {
            let plan = try Compiler.inferencePlan(
                try Self.model(name), target: target, batchBound: PeerFixture.batch, until: [output])
            var session = try Session(plan)
            var answers = [Float](repeating: .nan, count: PeerFixture.batch * 10)
            var span = answers.mutableSpan
            try session.run(PeerFixture.images().span, into: &span)
            let difference = try Self.difference(answers, from: output, of: name)
            #expect(difference < 1e-4, "\(output) of \(name) on \(target)")
        }
    }

    @Test(arguments: PeerFixture.models, Processor.targets)
    func gradientsAgree(name: String, target: Target) throws {
        let model = try Self.model(name)
        let plan = try Compiler.trainingPlan(
            model, Pipeline.TrainingOptions(), lowering: LoweringOptions(target: target, batchBound: PeerFixture.batch))
        let state = try PlanRun.run(
            plan, images: ["image": PeerFixture.images()], labels: PeerFixture.labels().map(Int32.init),
            batch: PeerFixture.batch, threads: 1, weights: model.weights
        ).state

        #expect(try Self.difference(try #require(state["result/loss"]), from: "loss", of: name) < 1e-4)
        #expect(plan.slices.count { $0.kind == .gradient } == model.graph.parameters.count)
        for parameter in model.weights.keys.sorted() {
            let gradient = try #require(state["gradient/\(parameter)"])
            let difference = try Self.difference(gradient, from: "\(parameter).gradient", of: name)
            #expect(difference < 1e-4, "gradient of \(parameter) of \(name) on \(target)")
        }
    }
}
