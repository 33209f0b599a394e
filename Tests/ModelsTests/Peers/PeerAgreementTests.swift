import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Whole models against PyTorch: the answers, the loss, the gradient of every parameter, and the running statistics.
///
/// Bounds are on the largest difference of a value's elements, relative to the largest of its elements.
@Suite struct PeerAgreementTests {
    @Test(arguments: PeerFixture.models)
    func referenceAnswersAgree(name: String) throws {
        let fixture = try PeerFixture(name)
        let model = try ExpandCompositions().apply(to: fixture.weighted())
        let values = ReferenceInterpreter(model.graph).run(try Self.bindings(fixture, model), batch: fixture.batch)
        for output in fixture.description.outputs {
            let id = try #require(model.graph.value(named: output))
            let difference = PeerDifference.relative(values[id.index].elements, try fixture.answer(output))
            #expect(difference < 1e-6, "\(output) of \(name)")
        }
    }

    @Test(arguments: PeerFixture.models)
    func referenceGradientsAgree(name: String) throws {
        let fixture = try PeerFixture(name)
        let model = try Pipeline.training(fixture.trainingOptions()).run(fixture.weighted(), verify: true)
        let graph = model.graph
        let values = ReferenceInterpreter(graph).run(try Self.bindings(fixture, model), batch: fixture.batch)
        try Self.check(
            fixture, within: 1e-6, loss: values[graph.outputs[0].index].elements,
            gradients: Dictionary(
                uniqueKeysWithValues: graph.gradients.map {
                    (graph[$0.target].name, values[$0.value.index].elements)
                }),
            statistics: Dictionary(
                uniqueKeysWithValues: graph.updates.map { (graph[$0.target].name, values[$0.value.index].elements) }))
    }

    @Test(arguments: PeerFixture.models, Processor.targets)
    func answersAgree(name: String, target: Target) throws {
        let fixture = try PeerFixture(name)
        for output in fixture.description.outputs {
            let plan = try Compiler.inferencePlan(
                try fixture.weighted(), target: target, batchBound: fixture.batch, until: [output])
            let found = try PlanRun.run(plan, fixture, weights: [:]).outputs[output]
            let difference = PeerDifference.relative(
                try #require(found).map(Double.init), try fixture.answer(output))
            #expect(difference < 1e-4, "\(output) of \(name) on \(target)")
        }
    }

    @Test(arguments: PeerFixture.models, Processor.targets)
    func gradientsAgree(name: String, target: Target) throws {
        let fixture = try PeerFixture(name)
        let model = try fixture.weighted()
        let plan = try Compiler.trainingPlan(
            model, fixture.trainingOptions(), lowering: LoweringOptions(target: target, batchBound: fixture.batch))
        let state = try PlanRun.run(plan, fixture, weights: model.weights).state

        func slices(_ kind: String) -> [String: [Double]] {
            let own = state.filter { $0.key.hasPrefix("\(kind)/") }
            return Dictionary(
                uniqueKeysWithValues: own.map { (String($0.key.dropFirst(kind.count + 1)), $0.value.map(Double.init)) })
        }
        try Self.check(
            fixture, within: 1e-4, loss: slices("result")["loss"] ?? [], gradients: slices("gradient"),
            statistics: slices("statistic"))
    }

    private static func check(
        _ fixture: PeerFixture, within bound: Double, loss: [Double], gradients: [String: [Double]],
        statistics: [String: [Double]]
    ) throws {
        #expect(PeerDifference.relative(loss, try fixture.answer("loss")) < bound, "loss of \(fixture.model)")
        let expected = try fixture.gradients()
        #expect(gradients.keys.sorted() == expected.keys.sorted())
        let largest = expected.values.map(PeerDifference.magnitude).max() ?? 0
        for (name, gradient) in expected.sorted(by: { $0.key < $1.key }) {
            let difference = PeerDifference.relative(
                gradients[name] ?? [], gradient, floor: largest * PeerDifference.negligible)
            #expect(difference < bound, "gradient of \(name) of \(fixture.model)")
        }
        let next = try fixture.statistics()
        #expect(statistics.keys.sorted() == next.keys.sorted())
        for (name, statistic) in next.sorted(by: { $0.key < $1.key }) {
            let difference = PeerDifference.relative(statistics[name] ?? [], statistic)
            #expect(difference < bound, "\(name) of \(fixture.model)")
        }
    }

    private static func bindings(_ fixture: PeerFixture, _ model: Model) throws -> [String: Tensor] {
        var bindings = fixture.bindings
        for parameter in model.graph.parameters {
            let value = model.graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape(batch: 1), elements: try #require(model.weights[value.name]).map(Double.init))
        }
        return bindings
    }
}

extension PlanRun {
    /// As ``run(_:images:labels:batch:threads:weights:arguments:)``, on the numbers of a fixture.
    static func run(
        _ plan: Plan, _ fixture: PeerFixture, weights: [String: [Float]]
    ) throws -> (outputs: [String: [Float]], state: [String: [Float]]) {
        var floats: [String: [Float]] = [:]
        var integers: [String: [Int32]] = [:]
        for port in fixture.description.inputs + [fixture.description.targets] {
            let numbers = fixture.numbers(port)
            if port.kind == .whole {
                integers[port.name] = numbers.map { Int32($0) }
            } else {
                floats[port.name] = numbers
            }
        }
        return try run(
            plan, floats: floats, integers: integers, batch: fixture.batch, threads: 1, weights: weights)
    }
}
