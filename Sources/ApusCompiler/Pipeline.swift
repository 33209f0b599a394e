public import ApusGraph

/// Passes in order.
public struct Pipeline: Sendable {
    public var passes: [any Pass]

    public init(_ passes: [any Pass]) { self.passes = passes }

    /// What a model goes through to answer: everything that can be known beforehand is computed beforehand.
    ///
    /// - Parameters:
    ///   - until: the values to compute in place of the outputs; all outputs where it is empty.
    ///   - batch: the batch of a graph that mixes samples; nil leaves it open.
    public static func inference(until: [String] = [], batch: Int? = nil) -> Pipeline {
        Pipeline(
            selection(until) + [ExplicitParameters(), ResolveShapes()] + recognition
                + [
                    RecognizeDense(), RecognizeQuantized(), RecognizeBlockWeights(), ExpandCompositions(),
                    InferenceMode(),
                ]
                + fixing(batch) + [
                    RemoveIdentities(), RemoveDuplicates(), RemoveDeadCode(), MergeTransposes(), MergePads(),
                    FoldBatchNorms(), FoldScales(), FoldConstants(), Trim(), FuseAdditions(), FuseConvolutions(),
                    FuseElementwise(),
                    RemoveDeadCode(),
                ])
    }

    /// What a model goes through to be tried out while it is trained: as for inference, but the parameters stay those of
    /// the training graph, in its order, so that one block of them serves both plans.
    public static func evaluation(until: [String] = [], batch: Int? = nil) -> Pipeline {
        Pipeline(
            selection(until) + [ExplicitParameters(), ResolveShapes()] + recognition
                + [ExpandCompositions(), InferenceMode()]
                + fixing(batch) + [
                    RemoveIdentities(), RemoveDuplicates(), RemoveDeadCode(keepsParameters: true), MergeTransposes(),
                    MergePads(), Trim(),
                    FuseAdditions(), FuseConvolutions(), FuseElementwise(),
                    RemoveDeadCode(keepsParameters: true),
                ])
    }

    /// What a training graph depends on.
    public struct TrainingOptions: Sendable, Hashable {
        public var loss: Loss
        /// The standard deviation of the Gaussian noise that is added to the input.
        public var inputNoise: Double

        public init(loss: Loss = .automatic, inputNoise: Double = 0) {
            self.loss = loss
            self.inputNoise = inputNoise
        }
    }

    /// What a model goes through to be trained: one graph of the loss, its gradients, and the updates of statistics.
    public static func training(_ options: TrainingOptions = TrainingOptions()) -> Pipeline {
        Pipeline(
            [ExplicitParameters(), ResolveShapes()] + recognition + [
                RequireSamples(), AttachLoss(options.loss), ExpandCompositions(),
                TrainingMode(inputNoise: options.inputNoise),
                RemoveIdentities(), RemoveDuplicates(), RemoveDeadCode(keepsParameters: true), MergeTransposes(),
                MergePads(),
                Trim(), Differentiate(),
                RemoveIdentities(), RemoveDuplicates(), RemoveDeadCode(keepsParameters: true), FuseGradients(),
                FuseConvolutions(), FuseElementwise(), RemoveDeadCode(keepsParameters: true),
            ])
    }

    /// Gives what was written in many nodes, as exporters write it, the operators that have kernels of their own.
    private static let recognition: [any Pass] = [RecognizeActivations(), RecognizeNorms(), RecognizeAttention()]

    private static func fixing(_ batch: Int?) -> [any Pass] { batch.map { [FixBatch($0)] } ?? [] }

    private static func selection(_ until: [String]) -> [any Pass] { until.isEmpty ? [] : [SelectOutputs(until)] }

    /// The names by which ``run(_:stoppingAfter:verify:observe:)`` knows the passes, in order: each pass's own, and where
    /// one comes again `name.2`, `name.3`, ...
    public var names: [String] {
        var counts: [String: Int] = [:]
        return passes.map { pass in
            let count = (counts[pass.name] ?? 0) + 1
            counts[pass.name] = count
            return count == 1 ? pass.name : "\(pass.name).\(count)"
        }
    }

    /// The model after the passes; its graph is compacted.
    ///
    /// - Parameters:
    ///   - last: the name of the pass to stop after.
    ///   - verify: whether the graph is verified before the first pass and after each.
    ///   - observe: is called with the name of each pass and the graph after it.
    public func run(
        _ model: Model, stoppingAfter last: String? = nil, verify: Bool = false,
        observe: ((_ pass: String, _ graph: Graph) -> Void)? = nil
    ) throws(PassError) -> Model {
        let names = names
        if let last, !names.contains(last) {
            throw PassError(
                pass: "pipeline", message: "there is no pass '\(last)'",
                remedy: "choose one of \(names.joined(separator: ", "))")
        }
        var model = model
        if verify { try Self.verify(model.graph, after: "parse") }
        model.graph = model.graph.compacted()
        for (name, pass) in zip(names, passes) {
            model = try pass.apply(to: model)
            if verify { try Self.verify(model.graph, after: name) }
            model.graph = model.graph.compacted()
            observe?(name, model.graph)
            if name == last { break }
        }
        return model
    }

    private static func verify(_ graph: Graph, after pass: String) throws(PassError) {
        do {
            try Verifier.verify(graph)
        } catch {
            throw PassError(
                pass: "verifier", place: error.place, message: "after \(pass), \(error.message)", remedy: error.remedy)
        }
    }
}
