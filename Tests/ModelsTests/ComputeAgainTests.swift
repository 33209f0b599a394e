import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import Testing

/// Training steps that compute values again in place of keeping them: the same bits with less memory.
@Suite struct ComputeAgainTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var model: String
        var settings: [String: Int] = [:]
        var testDescription: String { model }
    }

    static let budgeted = [
        Case(model: "mnist-cnn"), Case(model: "resnet8"),
        Case(model: "resnet18", settings: ["image_size": 32, "width": 16, "classes": 10]),
    ]
    static let others = [
        Case(model: "lenet5"), Case(model: "ds-cnn"), Case(model: "mobilenet-v1-025"),
        Case(model: "unet", settings: ["image_size": 32, "width": 8]), Case(model: "video-cnn"),
        Case(model: "char-transformer", settings: ["length": 16, "width": 32]),
        Case(model: "char-lstm", settings: ["length": 8, "units": 16]),
    ]

    private static let batch = 6

    private static func model(_ spec: String, _ settings: [String: Int] = [:]) throws -> Model {
        let explicit = try Pipeline([ExplicitParameters()]).run(Model(graph: Graph.parse(spec, settings: settings)))
        return explicit.initialized(seed: 7)
    }

    /// The graph of a training step, whose random operators draw.
    private static func step(_ model: Model) throws -> Model {
        let isNoisy = model.graph.inputs.contains { model.graph[$0].type.elementType == .f32 }
        return try Pipeline.training(.init(inputNoise: isNoisy ? 0.1 : 0)).run(model)
    }

    private static func options(_ convolutions: ConvolutionAlgorithms = .exact) -> LoweringOptions {
        var options = LoweringOptions(
            target: Processor.targets[0], batchBound: batch, weights: .state, shards: 3, optimizer: .adam())
        options.convolutions = convolutions
        return options
    }

    /// The bits of the whole state after three steps.
    private static func state(_ plan: Plan, _ model: Model, threads: Int) throws -> [String: [UInt32]] {
        var random = TestRandom(seed: 11)
        var (floats, integers): ([String: [Float]], [String: [Int32]]) = ([:], [:])
        for input in plan.inputs {
            if input.elementType == .i32 {
                integers[input.name] = (0..<batch * input.sampleElements).map { _ in Int32(random.integer(0...1)) }
            } else {
                floats[input.name] = random.numbers(batch * input.sampleElements)
            }
        }
        var arguments = RunArguments()
        arguments.learningRate = 0.01
        arguments.seedLow = 5
        let state = try PlanRun.run(
            plan, floats: floats, integers: integers, batch: batch, threads: threads, weights: model.weights,
            arguments: arguments, steps: 3
        ).state
        return state.mapValues { $0.map(\.bitPattern) }
    }

    private static func isRepeating(_ plan: Plan) -> Bool { plan.body.contains { $0.label.hasSuffix(".again") } }

    /// All that can be computed again is.
    @Test(arguments: budgeted + others)
    func everythingComputedAgainGivesTheSameBits(_ given: Case) throws {
        let model = try Self.model(PeerFixture.spec(given.model), given.settings)
        let step = try Self.step(model)
        let again = try ComputeAgain(Set(step.graph.values.map(\.name))).apply(to: step)
        try Verifier.verify(again.graph)
        let kept = try Compiler.lower(step, Self.options())
        let repeated = try Compiler.lower(again, Self.options())
        try repeated.verify()
        #expect(Self.isRepeating(repeated) && !Self.isRepeating(kept))
        let expected = try Self.state(kept, model, threads: 1)
        for threads in [1, 2] {
            let found = try Self.state(repeated, model, threads: threads)
            let others = expected.keys.filter { found[$0] != expected[$0] }
            #expect(found == expected, "\(threads) threads: \(others.sorted())")
        }
    }

    /// What draws random numbers draws the same ones again.
    @Test func randomNumbersAreDrawnAgain() throws {
        let model = try Self.model(
            """
            model m
            input image: f32[N, 2, 8, 8]
            act1 = tanh(dropout(conv2d(image, filters: 5, kernel: [3, 3], padding: 1), rate: 0.4))
            act2 = sigmoid(conv2d(act1, filters: 7, kernel: [3, 3], padding: 1))
            logits = dense(dropout(flatten(act2), rate: 0.2), units: 3)
            output probabilities = softmax(logits)
            """)
        let step = try Self.step(model)
        let again = try ComputeAgain(Set(step.graph.values.map(\.name))).apply(to: step)
        let dropouts = again.graph.nodes.filter { $0.operation.name.hasPrefix("dropout") }
        #expect(dropouts.count > step.graph.nodes.filter { $0.operation.name.hasPrefix("dropout") }.count)
        let expected = try Self.state(Compiler.lower(step, Self.options()), model, threads: 1)
        #expect(try Self.state(Compiler.lower(again, Self.options()), model, threads: 2) == expected)
    }

    /// With one algorithm for each convolution, all that a budget changes is what is kept, and how many tiles are made at a time.
    @Test(arguments: budgeted, [ConvolutionAlgorithms.direct, .exact])
    func budgetsAreKept(_ given: Case, _ convolutions: ConvolutionAlgorithms) throws {
        let model = try Self.model(PeerFixture.spec(given.model), given.settings)
        let step = try Self.step(model)
        var options = Self.options(convolutions)
        let quickest = try Compiler.lower(step, options)
        let curve = try ActivationCurve(step, options).points
        let least = try #require(curve.first).bytes
        let expected = try Self.state(quickest, model, threads: 1)
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
            for threads in [1, 2] { #expect(try Self.state(plan, model, threads: threads) == expected, "\(budget) B") }
        }
        options.maximumActivations = least - 1
        #expect(throws: CompileError.lowering(.activations(limit: least - 1, least: least))) {
            try Compiler.lower(step, options)
        }
    }
}
