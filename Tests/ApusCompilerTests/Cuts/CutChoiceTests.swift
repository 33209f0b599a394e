import ApusCompiler
import ApusGraph
import ApusPlan
import Testing

/// Which instructions threads share, and how these are cut.
@Suite struct CutChoiceTests {
    private func plan(_ source: String, target: Target = .avx512) throws -> Plan {
        let model = try ExplicitParameters().apply(to: Model(graph: Graph.parse("model m\n\(source)")))
        return try Compiler.inferencePlan(model.initialized(seed: 1), target: target)
    }

    @Test func whatIsSmallStaysWhole() throws {
        let plan = try plan(
            """
            input image: f32[N, 1, 12, 12]
            a = relu(conv2d(image, filters: 8, kernel: [3, 3]))
            output z = softmax(linear(flatten(a), units: 10))
            """)
        #expect(plan.body.allSatisfy { $0.cut == nil })
    }

    /// Rows stay with the thread that made them, from layer to layer, and borders are cleared beside them.
    @Test func layersAreCutAlikeWhereThatIsPossible() throws {
        let plan = try plan(
            """
            input image: f32[N, 32, 56, 56]
            a = relu(conv2d(image, filters: 32, kernel: [3, 3], padding: 1))
            b = relu(conv2d(a, filters: 32, kernel: [3, 3], padding: 1))
            c = relu(conv2d(b, filters: 32, kernel: [3, 3], padding: 1))
            output z = global_average_pool(c)
            """)
        let convolutions = plan.body.filter { ["a", "b", "c"].contains($0.label) && $0.multiplyAdds > 0 }
        #expect(convolutions.count == 3 && convolutions.allSatisfy { $0.cut?.axis == .rows })
        let borders = plan.body.filter { $0.opcode == .clearBorder }
        #expect(!borders.isEmpty && borders.allSatisfy { $0.cut?.axis == .rows && $0.cut?.follows == true })
    }

    /// A thread then reads half of the weights, which are more than the picture.
    @Test func smallPicturesOfManyChannelsAreCutIntoBlocks() throws {
        let plan = try plan(
            "input image: f32[N, 512, 7, 7]\noutput z = conv2d(image, filters: 512, kernel: [1, 1])")
        let convolution = try #require(plan.body.first { $0.multiplyAdds > 0 })
        #expect(convolution.cut?.axis == .blocks)
    }

    @Test func samplesOfTrainingAreNotShared() throws {
        let model = try ExplicitParameters().apply(
            to: Model(
                graph: Graph.parse(
                    """
                    model m
                    input image: f32[N, 32, 32, 32]
                    a = relu(conv2d(image, filters: 64, kernel: [3, 3], padding: 1))
                    output z = softmax(linear(global_average_pool(a), units: 10))
                    """))
        ).initialized(seed: 1)
        var lowering = LoweringOptions(target: .avx512, batchBound: 8, weights: .state)
        lowering.optimizer = .adam()
        let plan = try Compiler.trainingPlan(model, .init(), lowering: lowering)
        #expect((plan.prologue + plan.body + plan.epilogue).allSatisfy { $0.cut == nil })
    }

    /// More threads never take longer by the estimate, and the critical path is no longer than the whole.
    @Test(arguments: [Target.baseline, .avx2, .avx512])
    func estimatesFallWithTheThreads(target: Target) throws {
        let plan = try plan(
            """
            input image: f32[N, 3, 96, 96]
            a = relu(conv2d(image, filters: 64, kernel: [3, 3], stride: [2, 2], padding: 1))
            b = relu(conv2d(a, filters: 64, kernel: [1, 1]))
            c = relu(conv2d(a, filters: 64, kernel: [3, 3], padding: 1))
            d = concat(b, c, axis: 1)
            output z = linear(flatten(max_pool2d(d, window: [2, 2])), units: 100)
            """, target: target)
        let estimate = SharingEstimate(plan, threads: [1, 2, 4, 8, 64])
        #expect(estimate.lines.count == plan.body.count)
        for (fewer, more) in zip(estimate.cycles, estimate.cycles.dropFirst()) { #expect(more < fewer) }
        #expect(estimate.cycles[1] < 0.7 * estimate.cycles[0])
        let last = try #require(estimate.cycles.last)
        #expect(estimate.criticalCycles <= last)
        // One of the two branches is on the path, and not both.
        let branches = estimate.lines.filter { ["b", "c"].contains(plan.body[$0.instruction].label) && $0.isCritical }
        #expect(Set(branches.map { plan.body[$0.instruction].label }).count == 1)
        for line in estimate.lines where plan.body[line.instruction].cut == nil {
            #expect(line.limit == .whole && Set(line.cycles).count == 1)
        }
    }
}
