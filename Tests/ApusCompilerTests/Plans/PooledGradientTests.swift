import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import Testing

/// Where the gradient behind a max-pool is made by the instructions that read it, and where it is stored.
@Suite("Pooled gradients")
struct PooledGradientTests {
    private func plan(
        _ layers: String, _ convolutions: ConvolutionAlgorithms = .exact, target: Target = .avx512
    ) throws -> Plan {
        let spec = "model pools\n\(layers)\nflat = flatten(last)\nlogits = dense(flat, units: 10)\n"
        return try plan(spec: spec + "output probabilities = softmax(logits)\n", convolutions, target)
    }

    private func plan(spec: String, _ convolutions: ConvolutionAlgorithms, _ target: Target) throws -> Plan {
        var lowering = LoweringOptions(target: target, batchBound: 64, weights: .state)
        lowering.convolutions = convolutions
        let plan = try Compiler.trainingPlan(Model(graph: try Graph.parse(spec)), .init(), lowering: lowering)
        #expect(throws: Never.self) { try plan.verify() }
        #expect(throws: Never.self) { try plan.verifyBuffers() }
        return plan
    }

    private func unpools(_ plan: Plan) -> [String] { plan.body.filter { $0.opcode == .maxUnpool }.map(\.label) }

    /// The instructions that read a gradient as a pool left it.
    private func readers(_ plan: Plan) -> [String] {
        plan.body.filter { $0.choice(lanes: plan.target.lanes)?.hasSuffix("unpools") == true }.map {
            "\($0.opcode) \($0.label)"
        }
    }

    @Test(arguments: [Target.baseline, .avx2, .avx512, .arm64])
    func mnistStoresNoGradientBehindAPool(target: Target) throws {
        let plan = try plan(spec: SampleModels.mnist, .exact, target)
        #expect(unpools(plan) == [])
        #expect(
            readers(plan) == [
                "winogradConvolution pool2.gradient", "winogradWeightGradient conv3.weight.gradient",
                "winogradConvolution pool1.gradient", "winogradWeightGradient conv2.weight.gradient",
                "convolutionWeightGradient conv1.weight.gradient",
            ])
        #expect(!plan.buffers.contains { ["conv1.gradient", "conv2.gradient", "conv3.gradient"].contains($0.name) })
        #expect(plan.fused.contains("conv2.weight.gradient: max_unpool2d + conv2d_weight_gradient"))
        #expect(plan.fused.contains("pool1.gradient: max_unpool2d + conv2d_input_gradient"))
    }

    /// A direct input gradient is an ordinary convolution, which reads an image. The first layer has none.
    @Test func directInputGradientsReadAnImage() throws {
        let plan = try plan(spec: SampleModels.mnist, .direct, .avx512)
        #expect(unpools(plan) == ["conv3.gradient", "conv2.gradient"])
        #expect(readers(plan) == ["convolutionWeightGradient conv1.weight.gradient"])
    }

    @Test func otherWindowsAndKernelsReadAnImage() throws {
        let image = "input image: f32[N, 3, 24, 24]\n"
        let wide = try plan(
            image + "conv = conv2d(image, filters: 16, kernel: [3, 3])\nlast = max_pool2d(conv, window: [3, 3])")
        #expect(unpools(wide) == ["conv.gradient"] && readers(wide) == [])
        let strided = try plan(
            image + "conv = conv2d(image, filters: 16, kernel: [3, 3], stride: [2, 2])\n"
                + "last = max_pool2d(conv, window: [2, 2])")
        #expect(unpools(strided) == ["conv.gradient"] && readers(strided) == [])
        let depthwise = try plan(
            "input image: f32[N, 8, 24, 24]\nconv = conv2d(image, filters: 8, kernel: [3, 3], groups: 8)\n"
                + "last = max_pool2d(conv, window: [2, 2])")
        #expect(unpools(depthwise) == ["conv.gradient"] && readers(depthwise) == [])
        let large = try plan(
            image + "conv = conv2d(image, filters: 16, kernel: [5, 5])\nlast = max_pool2d(conv, window: [2, 2])")
        #expect(unpools(large) == [] && readers(large) == ["convolutionWeightGradient conv.weight.gradient"])
    }

    /// Of two readers one has no kernel for it: the paddings of its two directions are odd and even.
    @Test func allReadersTakeItOrNone() throws {
        let layers = { (padding: String) in
            """
            input image: f32[N, 3, 24, 24]
            conv1 = conv2d(image, filters: 32, kernel: [3, 3], padding: 1)
            conv2 = conv2d(conv1, filters: 32, kernel: [3, 3], padding: \(padding))
            last = max_pool2d(conv2, window: [2, 2])
            """
        }
        #expect(try unpools(plan(layers("1"))) == [])
        #expect(try unpools(plan(layers("[0, 0, 0, 0]"))) == [])
        #expect(try unpools(plan(layers("[1, 0, 1, 0]"))) == ["conv2.gradient"])
    }
}
