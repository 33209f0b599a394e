import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Small graphs of operators that the general instructions compute, against the reference interpreter: answers, gradients, and
/// the same bits on any number of threads.
@Suite struct GeneralOperatorTests {
    static let names: [String] = GeneralModels.sources.keys.sorted()
    static let lossNames: [String] = ["mean-squared-error", "huber", "binary-cross-entropy-with-logits"]

    static func model(_ name: String) throws -> Model {
        let source = try #require(GeneralModels.sources[name])
        return try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse("model m\n\(source)")))
            .initialized(seed: 7)
    }

    @Test("answers", arguments: GeneralOperatorTests.names, Processor.targets)
    func answers(name: String, target: Target) throws {
        _ = try planThatAgrees("model m\n\(#require(GeneralModels.sources[name]))", target: target, seed: 7)
    }

    @Test("gradients", arguments: GeneralOperatorTests.names, Processor.targets)
    func gradients(name: String, target: Target) throws {
        try Self.checkGradients(of: name, loss: #require(Loss(rawValue: "mean-squared-error")), target)
    }

    @Test("losses", arguments: GeneralOperatorTests.lossNames)
    func losses(name: String) throws {
        try Self.checkGradients(
            of: "products with a parameter", loss: #require(Loss(rawValue: name)), Processor.targets[0])
    }

    @Test("labels of several rows", arguments: [Loss.automatic, .crossEntropy])
    func labels(loss: Loss) throws {
        try Self.checkGradients(of: "probabilities of rows", loss: loss, Processor.targets[0])
    }

    /// Compares a training plan's loss and gradients with the reference's, on one thread and on three.
    static func checkGradients(of name: String, loss: Loss, _ target: Target) throws {
        let model = try model(name)
        var random = TestRandom(seed: 11)
        let batch = 7
        let plain = try Pipeline([
            ExplicitParameters(), AttachLoss(loss), ExpandCompositions(), TrainingMode(),
            RemoveDeadCode(keepsParameters: true), Differentiate(),
        ]).run(model)
        let graph = plain.graph
        let images = random.numbers(batch * graph[graph.inputs[0]].type.sampleElements!)
        let second = graph[graph.inputs[1]]
        let count = batch * second.type.sampleElements!
        let labels = (0..<count).map { _ in Int32(random.integer(-1...3)) }
        let targets = random.numbers(count).map(abs)
        let isLabelled = second.type.elementType == .i32
        var bindings = [
            "image": Tensor(
                shape: graph[graph.inputs[0]].type.shape(batch: batch), elements: images.map(Double.init)),
            second.name: isLabelled
                ? Tensor(.i32, shape: second.type.shape(batch: batch), integers: labels.map(Int.init))
                : Tensor(shape: second.type.shape(batch: batch), elements: targets.map(Double.init)),
        ]
        for parameter in graph.parameters {
            let value = graph[parameter.value]
            bindings[value.name] = Tensor(
                shape: value.type.shape ?? [], elements: model.weights[value.name]!.map(Double.init))
        }
        let tensors = ReferenceInterpreter(graph).run(bindings, batch: batch)
        var lowering = LoweringOptions(target: target, batchBound: batch, weights: .state)
        lowering.shards = 3
        let plan = try Compiler.trainingPlan(model, .init(loss: loss), lowering: lowering)
        try plan.verify()
        try plan.verifyBuffers()
        let runs = try [1, 3].map { threads in
            try PlanRun.run(
                plan, images: ["image": images, "targets": targets], labels: isLabelled ? labels : nil, batch: batch,
                threads: threads, weights: model.weights
            ).state
        }
        #expect(runs[0].mapValues { $0.map(\.bitPattern) } == runs[1].mapValues { $0.map(\.bitPattern) })
        let value = try #require(runs[0]["result/loss"]?.first)
        let expected = tensors[graph.outputs[0].index].elements[0]
        #expect(abs(Double(value) - expected) < 2e-5 * max(1, abs(expected)))
        for gradient in graph.gradients {
            let parameter = graph[gradient.target].name
            let reference = tensors[gradient.value.index].elements
            let found = try #require(runs[0]["gradient/\(parameter)"])
            let scale = RandomNetworkTests.magnitude(ofLayer: parameter, graph, tensors)
            let worst = zip(found, reference).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
            #expect(
                worst / scale < 5e-4 && found.allSatisfy(\.isFinite) && found.count == reference.count,
                "\(name), \(target.rawValue), \(parameter): \(worst) of \(scale)")
        }
    }
}

enum GeneralModels {
    /// Models whose input is `image` and whose output is `z`, with parameters to train.
    static let sources = rows.merging(sequences) { first, _ in first }.merging(joined) { first, _ in first }

    private static let rows: [String: String] = [
        "products with a parameter": """
        input image: f32[N, 5, 7]
        parameter w: f32[7, 20] = glorot_uniform(fan_in: 7, fan_out: 20)
        parameter v: f32[4, 5] = glorot_uniform(fan_in: 5, fan_out: 4)
        a = matmul(image, w)
        output z = matmul(v, a)
        """,
        "products with transposed parameters": """
        input image: f32[N, 5, 7]
        parameter w: f32[33, 7] = glorot_uniform(fan_in: 7, fan_out: 33)
        a = matmul(image, w, transpose_b: true)
        parameter v: f32[5, 3] = glorot_uniform(fan_in: 5, fan_out: 3)
        output z = matmul(a, v, transpose_a: true)
        """,
        "products of samples": """
        input image: f32[N, 3, 6, 6]
        a = tanh(image)
        b = matmul(image, a, transpose_b: true)
        parameter w: f32[3, 6, 4] = glorot_uniform(fan_in: 6, fan_out: 4)
        output z = matmul(b, w)
        """,
        "dense layers of several rows": """
        input image: f32[N, 6, 5]
        rows = reshape(image, whole: [6*N, 5])
        a = dense(rows, units: 32)
        b = relu(a)
        c = dense(b, units: 48, bias: false)
        d = dense(c, units: 3)
        output z = reshape(d, whole: [N, 6, 3])
        """,
        "dense layers of many rows": """
        input image: f32[N, 40, 16]
        rows = reshape(image, whole: [40*N, 16])
        a = dense(rows, units: 32)
        b = dense(a, units: 17)
        output z = reshape(b, whole: [N, 40, 17])
        """,
        "softmax along axes": """
        input image: f32[N, 3, 4, 5]
        parameter w: f32[4, 5] = glorot_uniform(fan_in: 4, fan_out: 5)
        x = multiply(image, w)
        a = softmax(x, axis: 1)
        b = log_softmax(a, axis: 2)
        c = softmax(b)
        output z = log_softmax(c, axis: -2)
        """,
        "probabilities of rows": """
        input image: f32[N, 6, 5]
        parameter w: f32[5, 4] = glorot_uniform(fan_in: 5, fan_out: 4)
        a = matmul(image, w)
        output z = softmax(a)
        """,
        "layer norm": """
        input image: f32[N, 6, 10]
        a = layer_norm(image)
        output z = rms_norm(a)
        """,
        "group norm": """
        input image: f32[N, 6, 3, 5]
        a = group_norm(image, groups: 2)
        output z = instance_norm(a)
        """,
        "reductions": """
        input image: f32[N, 4, 3, 5]
        parameter w: f32[4, 3, 5] = glorot_uniform(fan_in: 4, fan_out: 5)
        x = multiply(image, w)
        a = reduce_max(x, axes: [2], keep: true)
        b = reduce_mean(x, axes: [1, 3], keep: true)
        c = reduce_log_sum_exp(x, axes: [-1], keep: true)
        d = reduce_sum(x, axes: [1], keep: true)
        e = reduce_min(x, axes: [1], keep: true)
        f = multiply(a, b)
        g = add(f, c)
        h = multiply(g, d)
        i = add(h, e)
        output z = cumsum(i, axis: 1)
        """,
        "batch norm of sequences": """
        input image: f32[N, 6, 10]
        a = batch_norm(image)
        b = relu(a)
        output z = batch_norm(b)
        """,
        "batch norm of volumes": """
        input image: f32[N, 3, 2, 3, 4]
        a = batch_norm(image)
        output z = relu(a)
        """,
    ]
}
