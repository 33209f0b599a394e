import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import Testing

/// Which algorithms 3 × 3 convolutions are computed by.
@Suite("Algorithms of convolutions")
struct AlgorithmTests {
    private func plan(_ spec: String, _ permitted: ConvolutionAlgorithms = .exact) throws -> Plan {
        let model = try Pipeline([ExplicitParameters()]).run(Model(graph: try Graph.parse(spec))).initialized(seed: 1)
        return try Compiler.inferencePlan(model, target: .avx512, convolutions: permitted)
    }

    /// What the convolution of an image of `size` × `size` is computed by.
    private func kernel(_ channels: Int, size: Int, _ permitted: ConvolutionAlgorithms = .exact) throws -> String? {
        let plan = try plan(
            """
            model layer
            input image: f32[N, \(channels), \(size), \(size)]
            output y = conv2d(image, filters: \(channels), kernel: [3, 3], padding: same)
            """, permitted)
        return plan.body.compactMap { $0.choice(lanes: plan.target.lanes) }.first
    }

    @Test func onlyTilesWhoseErrorsArePermittedAreTaken() throws {
        #expect(try kernel(32, size: 28) == "Winograd, F(2 × 2, 3 × 3)")
        #expect(try kernel(64, size: 56) == "Winograd, F(2 × 4, 3 × 3)")
        #expect(try kernel(256, size: 28) == "Winograd, F(4 × 4, 3 × 3)")
        #expect(try kernel(32, size: 28, .approximate) == "Winograd, F(4 × 4, 3 × 3)")
        #expect(try kernel(64, size: 56, .direct)?.hasPrefix("direct") == true)
    }

    /// The transforms of weights are larger than the weights, and take longer to read than few products.
    @Test func manyWeightsForFewPositionsAreNotTransformed() throws {
        #expect(try kernel(512, size: 2)?.hasPrefix("direct") == true)
        #expect(try kernel(512, size: 4) == "Winograd, F(2 × 2, 3 × 3)")
    }

    @Test func whatIsAddedIsAddedToTheSums() throws {
        let plan = try plan(
            """
            model shortcut
            input image: f32[N, 32, 16, 16]
            x = max_pool2d(image, window: [1, 1])
            conv1 = conv2d(x, filters: 32, kernel: [3, 3], padding: same)
            act1 = relu(conv1)
            conv2 = conv2d(act1, filters: 32, kernel: [3, 3], padding: same)
            sum = add(conv2, x)
            output y = relu(sum)
            """)
        #expect(plan.body.filter { $0.opcode == .winogradConvolution }.count == 2)
        #expect(!plan.body.contains { $0.opcode == .elementwise })
    }
}
