import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime

/// Plans small enough to be run many times.
enum RuntimePlans {
    static let source = """
        model tiny
        input image: f32[N, 1, 12, 12]
        conv = conv2d(image, filters: 24, kernel: [3, 3], padding: 1)
        active = relu(conv)
        pool = max_pool2d(active, window: [2, 2])
        hidden = dense(flatten(pool), units: 64)
        output probabilities = softmax(dense(relu(hidden), units: 10))
        """

    /// The same with batch norm, which couples the samples in training.
    static let coupledSource = source.replacing("relu(conv)", with: "relu(batch_norm(conv))")

    static func model(_ source: String = source) throws -> Model {
        try ExplicitParameters().apply(to: Model(graph: Graph.parse(source))).initialized(seed: 1)
    }

    static func inference(batchBound: Int = 16) throws -> Plan {
        try Compiler.inferencePlan(model(), target: Processor.targets[0], batchBound: batchBound)
    }

    static func training(
        _ source: String = source, decay: Double = 0.01, average: Double? = 0.9
    ) throws -> Plan {
        var lowering = LoweringOptions(target: Processor.targets[0], batchBound: 32, weights: .state)
        lowering.optimizer = .adam(decay: decay)
        lowering.averageDecay = average
        return try Compiler.trainingPlan(model(source), .init(inputNoise: 0.1), lowering: lowering)
    }

    /// Numbers from 0 to 1.
    static func numbers(_ count: Int) -> [Float] { (0..<count).map { Float($0 * 7919 % 1009) / 1009 } }

    /// Makes three training steps and returns the state's bits.
    static func train(
        _ plan: Plan, threads: Int, isRecorded: Bool = false
    ) throws -> (state: [[UInt32]], recording: Recording?) {
        var session = try Session(plan, threads: threads)
        let weights = try model(plan.combinations.isEmpty ? source : coupledSource).weights
        for slice in plan.slices where slice.kind == .parameter { try session.write(weights[slice.name]!, to: slice) }
        if isRecorded { session.startRecording(eventRoom: 100) }
        let images = numbers(32 * 144)
        let labels = (0..<32).map { Int32($0 * 7 % 10) }
        try images.withUnsafeBytes { image in
            try labels.withUnsafeBytes { label in
                session.bindInput(0, to: image.baseAddress!)
                session.bindInput(1, to: label.baseAddress!)
                for step in 1...3 {
                    var arguments = RunArguments()
                    arguments.step = UInt32(step)
                    arguments.learningRate = 0.01
                    try session.run(batch: 29 + step, arguments: arguments)
                }
            }
        }
        return (plan.slices.map { session.read($0).map(\.bitPattern) }, session.recording())
    }
}
