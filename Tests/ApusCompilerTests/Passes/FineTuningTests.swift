import ApusCompiler
import ApusGraph
import Testing

/// The passes that prepare a model for being trained further.
@Suite struct FineTuningTests {
    static let source = """
        model net
        input image: f32[N, 1, 8, 8]
        parameter conv.weight: f32[4, 1, 3, 3] = he_normal(fan_in: 9)
        parameter conv.bias: f32[4] = constant(0)
        parameter fc.weight: f32[3, 4] = glorot_uniform(fan_in: 4, fan_out: 3)
        parameter fc.bias: f32[3] = constant(0)
        conv = conv2d(image, conv.weight, conv.bias, filters: 4, kernel: [3, 3])
        pool = global_average_pool(relu(conv))
        logits = dense(flatten(pool), fc.weight, fc.bias, units: 3)
        output probabilities = softmax(logits)
        """

    private func changed(_ pass: any Pass, _ source: String = source) throws -> Model {
        let graph = try Graph.parse(source)
        let result = try pass.apply(to: Model(graph: graph, labels: ["a", "b", "c"]).initialized(seed: 1))
        try Verifier.verify(result.graph)
        return result
    }

    @Test(arguments: [
        ("conv*", "conv.weight", true), ("*", "anything", true), ("*weight", "conv.weight", true),
        ("c?nv.*", "conv.bias", true), ("conv", "conv.weight", false), ("*.b", "conv.bias", false),
        ("a*b*c", "aXbbYc", true), ("a*b*c", "aXcYb", false), ("", "x", false), ("?", "", false), ("**", "", true),
    ])
    func patterns(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test func fixedParametersHaveNoGradient() throws {
        let fixed = try changed(FixParameters(["conv*"]))
        #expect(fixed.graph.parameters.map(\.isFixed) == [true, true, false, false])
        let training = try Pipeline.training().run(fixed, verify: true).graph
        #expect(training.gradients.map { training[$0.target].name } == ["fc.weight", "fc.bias"])
        #expect(!training.nodes.contains { $0.operation.name.contains("conv2d_") })
        // It is said in the text, and so in the model file.
        #expect(fixed.graph.text.contains("fixed parameter conv.weight: f32[4, 1, 3, 3] = he_normal(fan_in: 9)"))
        #expect(try Graph.parse(fixed.graph.text) == fixed.graph.compacted())
        let released = try FixParameters(["*bias"], releasing: ["conv*"]).apply(to: fixed)
        #expect(released.graph.parameters.map(\.isFixed) == [false, true, false, true])
    }

    @Test func fixedStatisticsNormalize() throws {
        let source = """
            model net
            input x: f32[N, 4]
            norm = batch_norm(dense(x, units: 3))
            output y = softmax(norm)
            """
        let model = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(source)))
        let fixed = try Pipeline.training().run(FixParameters(["norm.*"]).apply(to: model), verify: true).graph
        #expect(fixed.updates.isEmpty && fixed.nodes.contains { $0.operation is BatchNorm })
        let moving = try Pipeline.training().run(FixParameters(["norm.scale"]).apply(to: model), verify: true).graph
        #expect(moving.updates.count == 2 && !moving.nodes.contains { $0.operation is BatchNorm })
    }

    @Test func patternsThatMatchNothingAreRefused() throws {
        try expect(
            FixParameters(["cnov*"]), refuses: Self.source,
            saying: "fix-parameters: no parameter is called 'cnov*'; did you mean 'conv.weight', 'conv.bias'?")
        try expect(
            FixParameters(["layer?"]), refuses: Self.source,
            saying: "fix-parameters: no parameter is called 'layer?'; "
                + "the parameters are 'conv.weight', 'conv.bias', 'fc.weight', 'fc.bias'")
    }

    @Test(arguments: ["logits", "fc"])
    func theLastLayerBeginsAnew(name: String) throws {
        let before = try Model(graph: Graph.parse(Self.source)).initialized(seed: 1)
        let fixed = try FixParameters(["*"]).apply(to: before)
        let model = try ReplaceHead(name, classes: 5).apply(to: fixed)
        try Verifier.verify(model.graph)
        let graph = model.graph
        #expect(graph[graph.outputs[0]].type == TensorType(.f32, ["N", 5]))
        #expect(graph.parameters.map(\.isFixed) == [true, true, false, false])
        #expect(model.weights.keys.sorted() == ["conv.bias", "conv.weight"] && model.labels.isEmpty)
        #expect(model.weights["conv.weight"] == before.weights["conv.weight"])
        #expect(
            graph.text.contains("parameter fc.weight: f32[5, 4] = glorot_uniform(fan_in: 4, fan_out: 5)"),
            "\(graph.text)")
        let again = model.initialized(seed: 1)
        #expect(again.weights["fc.weight"]?.count == 20 && again.weights["fc.bias"] == [0, 0, 0, 0, 0])
    }

    /// As importers write them: a product and a sum, with a weight that is transposed, and a convolution before the pooling.
    @Test(arguments: [
        "y = add(matmul(flat, w), b)", "y = dense(flat, transpose(w), b, units: 3)", "y = gemm(flat, w, b)",
        "y = linear(flat, transpose(w), b, units: 3)",
    ])
    func otherLayers(line: String) throws {
        let source = """
            model net
            input flat: f32[N, 4]
            parameter w: f32[4, 3] = constant(0)
            parameter b: f32[3] = constant(0)
            \(line)
            output p = softmax(relu(y))
            """
        let graph = try changed(ReplaceHead("y", classes: 2), source).graph
        #expect(graph[graph.outputs[0]].type == TensorType(.f32, ["N", 2]))
        let types = graph.parameters.map { graph[$0.value].type }
        #expect(types == [TensorType(.f32, [4, 2]), TensorType(.f32, [2])])
    }

    @Test func aConvolutionBeforeThePooling() throws {
        let source = """
            model net
            input image: f32[N, 4, 6, 6]
            class = conv2d(image, filters: 3, kernel: [1, 1])
            output p = softmax(flatten(global_average_pool(relu(class))))
            """
        let explicit = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(source)))
        let graph = try ReplaceHead("class", classes: 7).apply(to: explicit).graph
        try Verifier.verify(graph)
        #expect(graph[graph.outputs[0]].type == TensorType(.f32, ["N", 7]))
    }

    @Test func otherLayersAreRefused() throws {
        let remedy =
            "name the last layer, behind which only functions of single numbers, pooling, and softmax follow"
        try expect(
            ReplaceHead("logit", classes: 5), refuses: Self.source,
            saying: "replace-head: there is no layer 'logit'; the last layer may be 'logits'")
        try expect(
            ReplaceHead("pool", classes: 5), refuses: Self.source,
            saying: "replace-head: pool: it is no dense layer or convolution with weights of its own, but "
                + "global_average_pool; \(remedy)")
        try expect(
            ReplaceHead("conv", classes: 5), refuses: Self.source,
            saying: "replace-head: conv: 'logits', made by dense, follows it; \(remedy)")
        let shared = """
            model net
            input x: f32[N, 4]
            parameter w: f32[4, 4] = constant(0)
            a = dense(x, w, units: 4, bias: false)
            output b = dense(a, w, units: 4, bias: false)
            """
        try expect(
            ReplaceHead("b", classes: 5), refuses: shared,
            saying: "replace-head: b: 'a' has the same weights; \(remedy)")
    }
}
