import ApusCompiler
import ApusGraph
import ApusPlan
import Testing

@Suite("Compiled plans")
struct CompiledPlanTests {
    /// Specs that between them use every operator.
    static let specs = [
        SampleModels.mnist,
        """
        model lenet
        input image: f32[N, 1, 28, 28]
        conv1 = conv2d(image, filters: 6, kernel: [5, 5], padding: 2)
        act1 = sigmoid(conv1)
        pool1 = average_pool2d(act1, window: [2, 2])
        conv2 = conv2d(pool1, filters: 16, kernel: [5, 5])
        act2 = tanh(conv2)
        pool2 = max_pool2d(act2, window: [3, 3], stride: [2, 2], padding: 1)
        flat = flatten(pool2)
        hidden = dense(flat, units: 84)
        act3 = relu(hidden)
        logits = dense(act3, units: 10)
        output probabilities = softmax(logits)
        """,
        """
        model residual
        input image: f32[N, 3, 17, 13]
        stem = conv2d(image, filters: 20, kernel: [3, 3], stride: [2, 2], padding: [1, 0, 2, 1], bias: false)
        norm1 = batch_norm(stem)
        act1 = relu(norm1)
        depth = conv2d(act1, filters: 20, kernel: [3, 3], padding: same, groups: 20)
        point = conv2d(depth, filters: 20, kernel: [1, 1], groups: 2)
        sum = add(point, act1)
        wide = conv2d(sum, filters: 33, kernel: [3, 2], padding: 2, dilation: [2, 1])
        gate = sigmoid(wide)
        gated = multiply(wide, gate)
        dropped = dropout(gated, rate: 0.25)
        pooled = global_average_pool(dropped)
        flat = flatten(pooled)
        logits = dense(flat, units: 7)
        output scores = log_softmax(logits)
        """,
        """
        model mlp
        input image: f32[N, 1, 28, 28]
        flat = flatten(image)
        hidden = dense(flat, units: 128)
        act = relu(hidden)
        logits = dense(act, units: 10)
        output probabilities = softmax(logits)
        """,
    ]

    /// Every plan of a model for a target: to answer, to evaluate, and to train in several ways.
    private func plans(_ spec: String, _ target: Target) throws -> [Plan] {
        let model = Model(graph: try Graph.parse(spec))
        let ready = try Pipeline([ExplicitParameters()]).run(model).initialized(seed: 1)
        var plans = [
            try Compiler.inferencePlan(ready, target: target),
            try Compiler.inferencePlan(ready, target: target, batchBound: 33),
            try Compiler.evaluationPlan(model, target: target, batchBound: 100),
        ]
        for (noise, batch, optimizer) in [
            (0.1, 128, LoweringOptions.Optimizer.adam()), (0, 5, .momentum(0.9, nesterov: true, decay: 1e-4)),
        ] {
            plans.append(
                try Compiler.trainingPlan(
                    model, Pipeline.TrainingOptions(inputNoise: noise),
                    lowering: LoweringOptions(
                        target: target, batchBound: batch, weights: .state, optimizer: optimizer, averageDecay: 0.99)))
        }
        return plans
    }

    @Test(arguments: specs, Target.allCases)
    func everyInstructionStaysInItsMemory(spec: String, target: Target) throws {
        for (number, plan) in try plans(spec, target).enumerated() {
            #expect(throws: Never.self, "\(plan.name) \(number)") { try plan.verify() }
            #expect(throws: Never.self, "\(plan.name) \(number)") { try plan.verifyBuffers() }
        }
    }

    @Test(arguments: specs)
    func everyArenaMeetsItsBound(spec: String) throws {
        for (number, plan) in try plans(spec, .avx512).enumerated() {
            #expect(plan.activationBytes == plan.activationBound, "\(plan.name) \(number)")
            #expect(plan.isOptimal, "\(plan.name) \(number)")
            let packing = MemoryPlan(
                offsets: plan.buffers.map(\.offset), size: plan.activationBytes, lowerBound: plan.activationBound,
                isOptimal: plan.isOptimal, searchNodes: 0)
            let requests = plan.buffers.map {
                BufferRequest(size: $0.size, firstUse: $0.firstUse, lastUse: $0.lastUse)
            }
            #expect(packing.violations(of: requests) == [], "\(plan.name) \(number)")
        }
    }

    @Test(arguments: specs, [Target.avx2, .arm64])
    func filesGiveThePlanBack(spec: String, target: Target) throws {
        for (number, plan) in try plans(spec, target).enumerated() {
            #expect(try PlanFile.decode(PlanFile.encode(plan)) == plan, "\(plan.name) \(number)")
        }
    }
}
