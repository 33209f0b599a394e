import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Training steps that compute values again in place of keeping them: the same bits with less memory.
@Suite struct ComputeAgainTests {
    typealias Case = TrainingStep.Case

    static let budgeted = [
        Case(model: "mnist-cnn"), Case(model: "resnet8"),
        Case(model: "resnet18", settings: ["image_size": 32, "width": 16, "classes": 10]),
    ]

    private static func isRepeating(_ plan: Plan) -> Bool { plan.body.contains { $0.label.hasSuffix(".again") } }

    /// All that can be computed again is.
    @Test(arguments: TrainingStep.models)
    func everythingComputedAgainGivesTheSameBits(_ given: Case) throws {
        let model = try TrainingStep.model(PeerFixture.spec(given.model), given.settings)
        let step = try TrainingStep.step(model, loss: given.loss)
        let again = try ComputeAgain(Set(step.graph.values.map(\.name))).apply(to: step)
        try Verifier.verify(again.graph)
        let kept = try Compiler.lower(step, TrainingStep.options())
        let repeated = try Compiler.lower(again, TrainingStep.options())
        try repeated.verify()
        #expect(Self.isRepeating(repeated) && !Self.isRepeating(kept))
        let expected = try TrainingStep.state(kept, model, threads: 1)
        for threads in [1, 2] {
            let found = try TrainingStep.state(repeated, model, threads: threads)
            let others = expected.keys.filter { found[$0] != expected[$0] }
            #expect(found == expected, "\(threads) threads: \(others.sorted())")
        }
    }

    /// What draws random numbers draws the same ones again.
    @Test func randomNumbersAreDrawnAgain() throws {
        let model = try TrainingStep.model(
            """
            model m
            input image: f32[N, 2, 8, 8]
            act1 = tanh(dropout(conv2d(image, filters: 5, kernel: [3, 3], padding: 1), rate: 0.4))
            act2 = sigmoid(conv2d(act1, filters: 7, kernel: [3, 3], padding: 1))
            logits = dense(dropout(flatten(act2), rate: 0.2), units: 3)
            output probabilities = softmax(logits)
            """)
        let step = try TrainingStep.step(model)
        let again = try ComputeAgain(Set(step.graph.values.map(\.name))).apply(to: step)
        let dropouts = again.graph.nodes.filter { $0.operation.name.hasPrefix("dropout") }
        #expect(dropouts.count > step.graph.nodes.filter { $0.operation.name.hasPrefix("dropout") }.count)
        let expected = try TrainingStep.state(Compiler.lower(step, TrainingStep.options()), model, threads: 1)
        #expect(try TrainingStep.state(Compiler.lower(again, TrainingStep.options()), model, threads: 2) == expected)
    }

    /// With one algorithm for each convolution, all that a budget changes is what is kept, and how many tiles are made at a time.
    @Test(arguments: budgeted, [ConvolutionAlgorithms.direct, .exact])
    func budgetsAreKept(_ given: Case, _ convolutions: ConvolutionAlgorithms) throws {
        let model = try TrainingStep.model(PeerFixture.spec(given.model), given.settings)
        let step = try TrainingStep.step(model)
        var options = TrainingStep.options(convolutions)
        let quickest = try Compiler.lower(step, options)
        let curve = try ActivationCurve(step, options).points
        let least = try #require(curve.first).bytes
        let expected = try TrainingStep.state(quickest, model, threads: 1)
        let floor = SharingEstimate(quickest, threads: [1]).cycles[0]
        var before = Double.infinity
        for part in 0...4 {
            let budget = least + (quickest.activationBytes - least) * part / 4
            options.maximumActivations = budget
            let plan = try Compiler.lower(step, options)
            try plan.verify()
            try plan.verifyBuffers()
            #expect(plan.activationBytes <= budget, "\(budget) B")
            #expect(plan.isOptimal && plan.activationBytes == plan.activationBound, "\(budget) B")
            let cycles = max(floor, SharingEstimate(plan, threads: [1]).cycles[0])
            #expect(cycles <= before, "\(budget) B")
            before = cycles
            if part == 0 { #expect(Self.isRepeating(plan)) }
            if part == 4 { #expect(plan == quickest) }
            guard convolutions == .direct else { continue }
            for threads in [1, 2] {
                #expect(try TrainingStep.state(plan, model, threads: threads) == expected, "\(budget) B")
            }
        }
        options.maximumActivations = least - 1
        #expect(throws: CompileError.lowering(.activations(limit: least - 1, least: least))) {
            try Compiler.lower(step, options)
        }
    }
}
