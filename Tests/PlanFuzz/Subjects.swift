import ApusBenchmarks
import ApusCompiler
import ApusGraph
import ApusInstructions
import ApusPlan
import ApusRuntime
import InstructionSamples

/// An instruction that is changed: its kind, its right parameters, and where it comes from.
struct SubjectInstruction {
    /// `mnist-cnn, inference, x86-64-v3: convolution for conv1`
    let name: String
    let target: Target
    let opcode: Opcode
    let parameters: [UInt8]
}

/// A plan that is changed.
struct SubjectPlan {
    /// `mnist-cnn, inference, x86-64-v3`
    let name: String
    let plan: Plan
    let file: [UInt8]
}

/// What is changed: right instructions and right plans. They are the same, in the same order, for the same choice.
struct Subjects {
    private(set) var instructions: [SubjectInstruction] = []
    private(set) var plans: [SubjectPlan] = []

    private struct Kind: Hashable {
        let target: Target
        let opcode: Opcode
        let parameters: [UInt8]
    }
    private var known: Set<Kind> = []

    /// Constants of a plan that is changed as a whole: all of them are copied each time.
    private static let constantLimit = 1 << 20
    /// Steps of such a plan.
    private static let stepLimit = 1 << 26

    /// - Parameters:
    ///   - models: names of the models in `Models`, all that there are where nil; small ones of our own come first.
    ///   - targets: those that this processor runs.
    init(models: [String]?, targets: [Target], training: Bool) throws {
        for target in targets {
            for sample in SampleInstruction.all {
                // Some have blocks of four lanes.
                guard
                    (try? Instruction(sample.opcode, operands: [], parameters: sample.parameters, label: "")
                        .definition(lanes: target.lanes)) != nil
                else { continue }
                add(sample.opcode, sample.parameters, target, "\(sample.opcode), \(target.rawValue)")
            }
            for (name, spec) in Self.specs {
                let model = try ExplicitParameters().apply(to: Model(graph: try Graph.parse(spec))).initialized(seed: 1)
                for (batch, microBatch) in [(1, 1), (8, 3)] {
                    let options = LoweringOptions(target: target, batchBound: batch, microBatch: microBatch)
                    let plan = try Compiler.plan(model, through: .inference(batch: batch), options)
                    try add(plan, "\(name), inference of \(batch), \(target.rawValue)")
                }
                var lowering = LoweringOptions(target: target, batchBound: 8, weights: .state, shards: 3)
                lowering.optimizer = .adam()
                // Tokens take no noise.
                let takesNoise = model.graph.inputs.contains { model.graph[$0].type.elementType == .f32 }
                let plan = try Compiler.trainingPlan(
                    model, Pipeline.TrainingOptions(loss: .automatic, inputNoise: takesNoise ? 0.1 : 0),
                    lowering: lowering)
                try add(plan, "\(name), training, \(target.rawValue)")
            }
        }
        for model in BenchmarkModel.all where models?.contains(model.name) != false {
            for target in targets {
                for work in BenchmarkModel.Work.allCases
                where model.does(work) && (work == .inference || training) {
                    let plan = try model.plan(work, batch: work == .training ? 8 : 1, target: target).plan
                    try add(plan, "\(model.name), \(work.rawValue), \(target.rawValue)")
                }
            }
        }
    }

    private mutating func add(_ plan: Plan, _ name: String) throws {
        // What the compiler makes is right, and what follows means something.
        try plan.verify()
        for instruction in plan.prologue + plan.body + plan.epilogue {
            add(
                instruction.opcode, instruction.parameters, plan.target,
                "\(name): \(instruction.opcode) for \(instruction.label)")
        }
        guard plan.constants.count <= Self.constantLimit, plan.steps <= Self.stepLimit else { return }
        plans.append(SubjectPlan(name: name, plan: plan, file: PlanFile.encode(plan)))
    }

    private mutating func add(_ opcode: Opcode, _ parameters: [UInt8], _ target: Target, _ name: String) {
        guard known.insert(Kind(target: target, opcode: opcode, parameters: parameters)).inserted else { return }
        instructions.append(SubjectInstruction(name: name, target: target, opcode: opcode, parameters: parameters))
    }

    /// Models that are run at once, and have what plans can have: pools with argmaxes, instructions that are cut, combinations.
    private static let specs: [(String, String)] = [
        (
            "plain",
            """
            model plain
            input image: f32[N, 2, 12, 12]
            conv1 = conv2d(image, filters: 9, kernel: [3, 3], padding: 1)
            act1 = relu(conv1)
            pool1 = max_pool2d(act1, window: [2, 2])
            conv2 = conv2d(pool1, filters: 16, kernel: [3, 3], padding: 1)
            flat = flatten(relu(conv2))
            logits = dense(flat, units: 10)
            output probabilities = softmax(logits)
            """
        ),
        (
            "normalized",
            """
            model normalized
            input image: f32[N, 3, 10, 10]
            conv1 = conv2d(image, filters: 8, kernel: [3, 3], padding: 1, bias: false)
            norm1 = batch_norm(conv1)
            act1 = relu(norm1)
            deep1 = conv2d(act1, filters: 8, kernel: [3, 3], padding: 1, stride: 2, groups: 8)
            total = global_average_pool(dropout(deep1, rate: 0.25))
            logits = dense(flatten(total), units: 10)
            output probabilities = softmax(logits)
            """
        ),
        (
            "attentive",
            """
            model attentive
            input text: i32[N, 7]
            word = embedding(text, entries: 11, width: 8)
            norm1 = layer_norm(word)
            query = linear(norm1, units: 8)
            mixed = add(word, attention(query, norm1, word, heads: 2, causal: true))
            states = lstm(mixed, hidden: 6)
            logits = linear(gelu(states, approximate: tanh), units: 11)
            output probabilities = softmax(logits)
            """
        ),
    ]
}
