import ApusCompiler
import ApusGraph
import ApusPlan
import ApusRuntime
import Foundation
import Testing

/// The four networks of MLPerf Tiny (Banbury et al., 2021): what their specs say, and that their plans compute it.
@Suite struct TinyModelTests {
    static let models = ["resnet8", "mobilenet-v1-025", "ds-cnn", "autoencoder"]

    private static func model(_ name: String) throws -> Model {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let spec = try String(contentsOf: root.appending(path: "Models/\(name).graph"), encoding: .utf8)
        var model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(spec))).initialized(seed: 7)
        // Statistics as a training leaves them: neither zero nor one.
        var random = TestRandom(seed: 11)
        for (name, elements) in model.weights.sorted(by: { $0.key < $1.key }) where name.contains("batch_norm") {
            model.weights[name] = elements.map { name.hasSuffix("variance") ? 0.5 + abs($0) : $0 + random.number(0.1) }
        }
        return model
    }

    /// Multiply-adds of a sample, counted by hand from the papers' tables.
    @Test(arguments: [
        ("resnet8", 12_501_632), ("mobilenet-v1-025", 7_489_664), ("ds-cnn", 2_656_768), ("autoencoder", 264_192),
    ])
    func workIsThatOfTheBenchmark(name: String, multiplyAdds: Int) throws {
        let plan = try Compiler.inferencePlan(Self.model(name), target: Processor.targets[0])
        #expect(plan.multiplyAdds == multiplyAdds)
    }

    @Test(arguments: models, Processor.targets)
    func plansAgreeWithTheReference(name: String, target: Target) throws {
        let model = try Self.model(name)
        let graph = model.graph
        let input = graph[graph.inputs[0]]
        var random = TestRandom(seed: 3)
        let numbers = random.numbers(2 * (input.type.sampleElements ?? 0))
        var bindings = [input.name: Tensor(shape: input.type.shape(batch: 2), elements: numbers.map(Double.init))]
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape(batch: 2), elements: try #require(model.weights[value.name]).map(Double.init))
        }
        let expected = ReferenceInterpreter(graph).run(bindings, batch: 2)[graph.outputs[0].index].elements
        let plan = try Compiler.inferencePlan(model, target: target, batchBound: 2)
        let found = try PlanRun.outputs(of: plan, images: [input.name: numbers], batch: 2)
        let error = PlanRun.relativeError(try #require(found.outputs[graph[graph.outputs[0]].name]), expected)
        #expect(error < 2e-5, "\(name), \(target.rawValue): \(error)")
    }
}
