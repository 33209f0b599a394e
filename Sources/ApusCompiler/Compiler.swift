public import ApusGraph
public import ApusPlan

/// Why a model can't be compiled.
public enum CompileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A pass can't work on the graph.
    case pass(PassError)
    /// The graph can't be lowered to instructions.
    case lowering(LoweringError)

    public var description: String {
        switch self {
        case .pass(let error): error.description
        case .lowering(let error): error.description
        }
    }
}

/// From a model to a plan: the passes, then the lowering.
public enum Compiler {
    /// A plan that answers. The weights are part of it.
    ///
    /// - Parameters:
    ///   - model: with the elements of all its parameters.
    ///   - target: the instruction set to compile for; `Processor.preferredTarget()` is the best of this machine.
    ///   - batchBound: for how many samples at once the plan is laid out. A session takes more of them all the same, a part at a time,
    ///     but where samples depend on each other.
    ///   - until: values to compute in place of the model's outputs.
    ///   - convolutions: the algorithms that convolutions may be computed by.
    ///   - compute: the numbers that are multiplied.
    /// - Throws: ``CompileError`` where a pass or the lowering can't go on, because a parameter has no elements for instance.
    public static func inferencePlan(
        _ model: Model, target: Target, batchBound: Int = 1, until: [String] = [],
        convolutions: ConvolutionAlgorithms = .exact, compute: ComputePrecision = .f32
    ) throws(CompileError) -> Plan {
        try plan(
            model, through: .inference(until: until, batch: batchBound),
            LoweringOptions(
                target: target, batchBound: batchBound, weights: .constant, convolutions: convolutions,
                compute: compute))
    }

    /// A plan that answers with weights that change: those of a model in training. Its parameters have the order of the
    /// training plan's.
    public static func evaluationPlan(
        _ model: Model, target: Target, batchBound: Int, convolutions: ConvolutionAlgorithms = .exact
    ) throws(CompileError) -> Plan {
        try plan(
            model, through: .evaluation(batch: batchBound),
            LoweringOptions(target: target, batchBound: batchBound, weights: .state, convolutions: convolutions))
    }

    /// One training step: forward, loss, backward, and the optimizer's update.
    public static func trainingPlan(
        _ model: Model, _ training: Pipeline.TrainingOptions, lowering: LoweringOptions
    ) throws(CompileError) -> Plan {
        var lowering = lowering
        lowering.weights = .state
        return try plan(model, through: .training(training), lowering)
    }

    /// A plan from a model by any passes.
    public static func plan(
        _ model: Model, through pipeline: Pipeline, _ options: LoweringOptions
    ) throws(CompileError) -> Plan {
        let ready: Model
        do { ready = try pipeline.run(model) } catch { throw .pass(error) }
        return try lower(ready, options)
    }

    /// A plan from a model that went through the passes.
    public static func lower(_ model: Model, _ options: LoweringOptions) throws(CompileError) -> Plan {
        do {
            if let bytes = options.maximumActivations {
                var budget = try ActivationBudget(model, options)
                return try budget.plan(bytes: bytes)
            }
            var lowering = try Lowering(model, options: options)
            try lowering.lower()
            return try lowering.finish()
        } catch {
            throw .lowering(error)
        }
    }
}
