import ApusCompiler
import ApusGraph
import Testing

/// What passes may not change, over random networks.
@Suite struct PassPropertyTests {
    /// What a graph says to the outside, by name.
    private func answers(_ graph: Graph, _ bindings: [String: Tensor]) -> [String: [Double]] {
        let context = EvaluationContext(seed: 5, step: 2)
        let values = ReferenceInterpreter(graph, context: context).run(bindings, batch: RandomModel.batch)
        var answers: [String: [Double]] = [:]
        for id in graph.outputs { answers[graph[id].name] = values[id.index].elements }
        for assignment in graph.gradients {
            answers["gradient \(graph[assignment.target].name)"] = values[assignment.value.index].elements
        }
        for assignment in graph.updates {
            answers["update \(graph[assignment.target].name)"] = values[assignment.value.index].elements
        }
        return answers
    }

    /// The largest difference between answers of one name, relative where they are above 1; nil where names differ.
    private func difference(_ first: [String: [Double]], _ second: [String: [Double]]) -> Double? {
        guard first.keys == second.keys else { return nil }
        var largest = 0.0
        for (name, elements) in first {
            guard let others = second[name], others.count == elements.count else { return nil }
            for (x, y) in zip(elements, others) {
                guard x.isFinite, y.isFinite else { return nil }
                largest = max(largest, abs(x - y) / max(1, abs(x)))
            }
        }
        return largest
    }

    private func bindings(of model: Model, _ inputs: [String: Tensor]) -> [String: Tensor] {
        var bindings = inputs
        for parameter in model.graph.parameters {
            let value = model.graph[parameter.value]
            guard let weights = model.weights[value.name] else { continue }
            bindings[value.name] = Tensor(shape: value.type.shape(batch: 1), elements: weights.map { Double($0) })
        }
        return bindings
    }

    private func withWeights(_ model: Model, seed: UInt64) throws -> (Model, [String: Tensor]) {
        var model = try Pipeline([ExplicitParameters()]).run(model, verify: true)
        let bindings = randomBindings(model.graph, seed: seed)
        for parameter in model.graph.parameters {
            let name = model.graph[parameter.value].name
            model.weights[name] = bindings[name]?.elements.map { Float($0) }
        }
        return (model, bindings)
    }

    /// Names of passes that changed some graph: a property that never meets its pass shows nothing.
    private func run(
        _ pipeline: Pipeline, on start: Model, _ inputs: [String: Tensor], seed: UInt64, changed: inout Set<String>
    ) throws {
        var model = start
        var expected: [String: [Double]]?
        for (name, pass) in zip(pipeline.names, pipeline.passes) {
            let before = model.graph
            model = try pass.apply(to: model)
            do { try Verifier.verify(model.graph) } catch { Issue.record("seed \(seed), after \(name): \(error)") }
            model.graph = model.graph.compacted()
            if model.graph != before { changed.insert(name) }
            #expect(try Graph.parse(model.graph.text) == model.graph, "seed \(seed), after \(name)")
            // These two change what a graph says.
            if name == "attach-loss" || name == "differentiate" { expected = nil }
            if name == "training-mode" { expected = nil }
            let labels = randomBindings(model.graph, seed: seed)["labels"]
            let said = answers(
                model.graph, bindings(of: model, inputs).merging(labels.map { ["labels": $0] } ?? [:]) { $1 })
            if let expected {
                // Folded weights are rounded to single precision.
                let folds = pipeline.names.contains("fold-constants")
                let difference = difference(expected, said)
                #expect(
                    difference.map { $0 < (folds ? 1e-5 : 1e-9) } == true,
                    "seed \(seed), after \(name): \(String(describing: difference))\n\(before.text)\n\(model.graph.text)"
                )
            }
            expected = said
        }
    }

    @Test func answersStayTheSame() throws {
        var (inference, evaluation) = (Set<String>(), Set<String>())
        for seed in 0..<UInt64(150) {
            let (model, inputs) = try withWeights(RandomModel(seed: seed).model, seed: seed)
            try run(.inference(), on: model, inputs, seed: seed, changed: &inference)
            try run(.evaluation(), on: model, inputs, seed: seed, changed: &evaluation)
        }
        #expect(
            Set(Pipeline.inference().names).subtracting(inference) == [
                "explicit-parameters", "resolve-shapes", "expand-compositions", "remove-duplicates",
                // RecognitionTests, QuantizationTests and BlockWeightsTests have them.
                "recognize-norms", "recognize-attention", "recognize-dense", "recognize-quantized",
                "recognize-block-weights",
            ])
        #expect(evaluation.contains("trim"))
    }

    @Test func gradientsStayTheSame() throws {
        var changed = Set<String>()
        for seed in 1000..<UInt64(1120) {
            let (model, inputs) = try withWeights(RandomModel(seed: seed).model, seed: seed)
            try run(.training(.init(inputNoise: 0.1)), on: model, inputs, seed: seed, changed: &changed)
        }
        for pass in ["trim", "differentiate", "fuse-gradients", "fuse-convolutions", "remove-dead-code"] {
            #expect(changed.contains(pass))
        }
    }

    @Test func gradientsAgreeWithCentralDifferences() throws {
        var random = CaseRandom(seed: 99)
        for seed in 2000..<UInt64(2060) {
            let (model, _) = try withWeights(RandomModel(seed: seed).model, seed: seed)
            let graph = try Pipeline.training(.init(inputNoise: 0.1)).run(model, verify: true).graph
            let bindings = randomBindings(graph, seed: seed)
            let gradients = answers(graph, bindings)
            for parameter in graph.parameters where parameter.role == .trained {
                let name = graph[parameter.value].name
                guard let tensor = bindings[name], let gradient = gradients["gradient \(name)"] else {
                    Issue.record("seed \(seed): no gradient of \(name)")
                    continue
                }
                let element = Int.random(in: tensor.elements.indices, using: &random)
                func loss(_ change: Double) -> Double {
                    var changed = bindings
                    changed[name]?.elements[element] += change
                    return answers(graph, changed)["loss"]?[0] ?? .nan
                }
                let step = 1e-5
                let slope = (loss(step) - loss(-step)) / (2 * step)
                #expect(
                    abs(slope - gradient[element]) < 1e-6 * max(1, abs(slope)),
                    "seed \(seed), \(name)[\(element)]: \(gradient[element]), but the slope is \(slope)")
            }
        }
    }
}
