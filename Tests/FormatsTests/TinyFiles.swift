import ApusGraph
import ApusInstructions
import ApusPlan
import ApusTraining

/// The files that `docs/FORMATS.md` shows byte by byte: as small as a file of each kind can be that has something in each section.
enum TinyFiles {
    /// A plan that answers its two constants.
    static func plan() -> Plan {
        var plan = Plan(name: "t", target: .baseline, batchBound: 1, microBatch: 1)
        plan.outputs = [Port(name: "y", elementType: .f32, sampleShape: [2], isShared: true)]
        plan.constants = AlignedBytes([0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        plan.body = [
            Instruction(
                .padVector, operands: [Operand(.constants), Operand(.output)],
                parameters: ParameterBytes(PadVectorParameters(count: 2, paddedCount: 2)).bytes, label: "y")
        ]
        return plan
    }

    /// A model with a parameter of two weights.
    static func model() throws -> Model {
        var model = Model(
            graph: try Graph.parse(
                """
                model t
                input x: f32[N, 2]
                parameter w: f32[2] = constant(0)
                output y = multiply(x, w)
                """))
        model.weights = ["w": [1, -2]]
        model.labels = ["a", "b"]
        model.preparation = [.init(name: "scale", value: "255")]
        return model
    }

    /// A run of one epoch.
    static func checkpoint() -> Checkpoint {
        var rate = LearningRate(base: 0.5)
        rate.lastImprovement = 1
        rate.bestEpoch = 1
        rate.bestScore = 0.25
        var progress = Progress(learningRate: rate)
        progress.epoch = 1
        progress.totalSteps = 8
        return Checkpoint(recipe: "seed 1", progress: progress, state: ["parameter/w": [1, -2]])
    }

    /// The bytes of each, by the name that the document gives it.
    static func encoded() throws -> [String: [UInt8]] {
        [
            "plan": PlanFile.encode(plan()), "model": try ModelFile.encode(model(), weights: .f32),
            "checkpoint": checkpoint().encoded(),
        ]
    }
}
