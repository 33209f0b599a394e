import ApusCompiler
import ApusGraph
import Testing

@Suite struct PipelineTests {
    private let model: Model

    init() throws { model = Model(graph: try Graph.parse(SampleModels.mnist)) }

    private func nodes(_ graph: Graph) -> [String] {
        let lines = graph.text.split(separator: "\n").map(String.init)
        return lines.filter { $0.contains(" = ") && $0.contains("(") && !$0.contains("parameter ") }
    }

    @Test func inferenceOfTheMNISTNetwork() throws {
        let graph = try Pipeline.inference().run(model, verify: true).graph
        #expect(
            nodes(graph) == [
                "pool1: f32[N, 16, 14, 14] = fused_conv2d(image, conv1.weight, conv1.bias, filters: 16, "
                    + "kernel: [3, 3], padding: 1, activation: relu, pool: [2, 2])",
                "pool2: f32[N, 32, 7, 7] = fused_conv2d(pool1, conv2.weight, conv2.bias, filters: 32, "
                    + "kernel: [3, 3], padding: 1, activation: relu, pool: [2, 2])",
                "pool3: f32[N, 32, 3, 3] = fused_conv2d(pool2, conv3.weight, conv3.bias, filters: 32, "
                    + "kernel: [3, 3], padding: 1, trim: [1, 1], activation: relu, pool: [2, 2])",
                "flat: f32[N, 288] = flatten(pool3)",
                "logits: f32[N, 10] = dense(flat, logits.weight, logits.bias, units: 10)",
                "output probabilities: f32[N, 10] = softmax(logits)",
            ])
    }

    @Test func trainingOfTheMNISTNetwork() throws {
        let graph = try Pipeline.training(.init(inputNoise: 0.1)).run(model, verify: true).graph
        let lines = nodes(graph)
        #expect(lines.count == 19)
        #expect(lines[0] == "image.noisy: f32[N, 1, 28, 28] = gaussian_noise(image, amount: 0.1, stream: 0)")
        #expect(
            lines[3] == "pool3: f32[N, 32, 3, 3], pool3.argmax: u8[N, 32, 3, 3] = fused_conv2d(pool2, conv3.weight, "
                + "conv3.bias, filters: 32, kernel: [3, 3], padding: 1, trim: [1, 1], activation: relu, "
                + "pool: [2, 2], argmax: true)")
        #expect(lines[6] == "output loss: f32[] = logit_cross_entropy(logits, labels)")
        #expect(
            lines.contains(
                "conv3.gradient: f32[N, 32, 6, 6] = max_unpool2d(pool3.argmax, pool3.gradient, window: [2, 2], "
                    + "input: [6, 6])"))
        #expect(graph.gradients.map { graph[$0.target].name } == graph.parameters.map { graph[$0.value].name })
        #expect(!lines.contains { $0.contains("relu_gradient") || $0.contains("max_pool2d") })
    }

    @Test func thirdConvolutionIsTrimmedToSixBySix() throws {
        let graph = try Pipeline.inference().run(model, stoppingAfter: "trim", verify: true).graph
        let value = try #require(graph.value(named: "conv3"))
        #expect(graph[value].type.description == "f32[N, 32, 6, 6]")
    }

    @Test func evaluationKeepsTheParametersOfTraining() throws {
        let training = try Pipeline.training().run(model, verify: true).graph
        let evaluation = try Pipeline.evaluation().run(model, verify: true).graph
        #expect(training.parameters.map { training[$0.value] } == evaluation.parameters.map { evaluation[$0.value] })
    }

    @Test func everyStageIsWhatItsTextSays() throws {
        for pipeline in [Pipeline.inference(), .evaluation(), .training(.init(inputNoise: 0.1))] {
            var seen: [String] = []
            var texts: [(String, Graph)] = []
            _ = try pipeline.run(model, verify: true) { pass, graph in
                seen.append(pass)
                texts.append((pass, graph))
            }
            #expect(seen == pipeline.names)
            for (pass, graph) in texts { #expect(try Graph.parse(graph.text) == graph, "after \(pass)") }
        }
    }

    @Test func unknownPassIsRefused() throws {
        let error = #expect(throws: PassError.self) {
            _ = try Pipeline([RemoveDeadCode(), Trim(), RemoveDeadCode()]).run(model, stoppingAfter: "tirm")
        }
        #expect(
            error?.description == "pipeline: there is no pass 'tirm'; choose one of remove-dead-code, trim, "
                + "remove-dead-code.2")
    }

    @Test func innerValueCanBeTheOutput() throws {
        let graph = try Pipeline.inference(until: ["act1"]).run(model, verify: true).graph
        #expect(
            nodes(graph) == [
                "output act1: f32[N, 16, 28, 28] = fused_conv2d(image, conv1.weight, conv1.bias, filters: 16, "
                    + "kernel: [3, 3], padding: 1, activation: relu)"
            ])
        #expect(graph.parameters.count == 2)
    }

    @Test func unknownOutputIsRefused() throws {
        let error = #expect(throws: PassError.self) { try Pipeline.inference(until: ["act9"]).run(model) }
        #expect(
            error?.description.hasPrefix(
                "select-outputs: act9: the model has no value 'act9'; choose one of image, conv1, act1, pool1, ")
                == true)
    }

    @Test func eachPassSaysWhatItChanged() throws {
        let graph = try Graph.parse(
            """
            model m
            input x: f32[N, 1, 4, 5]
            parameter w: f32[2, 1, 1, 1] = constant(1)
            c = conv2d(x, w, filters: 2, kernel: 1, bias: false)
            r = relu(c)
            d = dropout(r, rate: 0.5)
            output y = softmax(d)
            """)
        let changes = try Pipeline.inference().changes(of: Model(graph: graph))
        #expect(changes.map(\.pass) == Pipeline.inference().names)
        let texts = Dictionary(uniqueKeysWithValues: changes.map { ($0.pass, $0.text) })
        #expect(texts["inference-mode"] == "1 dropout taken out")
        #expect(texts["fuse-convolutions"] == "1 conv2d, 1 relu become 1 fused_conv2d")
        #expect(texts["fold-batch-norm"] == "nothing to do")
        #expect(changes.last.map { [$0.nodes, $0.parameters, $0.constants] } == [2, 1, 0])
    }
}
