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

    private static func difference(_ values: [Float], _ answer: [Float]) -> Float {
        guard values.count == answer.count, let largest = answer.map(abs).max(), largest > 0 else { return .infinity }
        let differences = zip(values, answer).map { abs($0 - $1) }
        return differences.contains { !$0.isFinite } ? .infinity : (differences.max() ?? .infinity) / largest
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
            let difference = Self.difference(
                values[id.index].elements.map(Float.init), try PeerFixture.answer(name, answer))
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
            let difference = Self.difference(answers, try PeerFixture.answer(name, output))
            #expect(difference < 1e-4, "\(output) of \(name) on \(target)")
        }
    }

    @Test(arguments: PeerFixture.models, Processor.targets)
    func gradientsAgree(name: String, target: Target) throws {
        let model = try Self.model(name)
        let plan = try Compiler.trainingPlan(
            model, Pipeline.TrainingOptions(), lowering: LoweringOptions(target: target, batchBound: PeerFixture.batch))
        var session = try Session(plan)
        for slice in plan.slices where slice.kind == .parameter {
            try session.write(try #require(model.weights[slice.name]), to: slice)
        }
        let images = PeerFixture.images()
        let labels = PeerFixture.labels().map(Int32.init)
        try images.withUnsafeBytes { images in
            try labels.withUnsafeBytes { labels in
                for (index, port) in plan.inputs.enumerated() {
                    let source = port.name == "labels" ? labels : images
                    session.bindInput(index, to: try #require(source.baseAddress))
                }
                try session.run(batch: PeerFixture.batch)
            }
        }

        let loss = try #require(plan.slices.first { $0.kind == .result })
        #expect(Self.difference(session.read(loss), try PeerFixture.answer(name, "loss")) < 1e-4)
        let gradients = plan.slices.filter { $0.kind == .gradient }
        #expect(gradients.count == model.graph.parameters.count)
        for gradient in gradients {
            let answer = try PeerFixture.answer(name, "\(gradient.name).gradient")
            #expect(
                Self.difference(session.read(gradient), answer) < 1e-4,
                "gradient of \(gradient.name) of \(name) on \(target)")
        }
    }
}
