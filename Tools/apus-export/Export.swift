import ApusCompiler
import ApusGraph
import ApusToolSupport

/// A model without what only training needs.
struct Export {
    let model: Model
    /// Batch norms that are part of the layer before them now.
    let foldedBatchNorms: Int

    /// How far stored weights are from what they were.
    struct Rounding {
        /// The largest difference; 0 where nothing was rounded.
        var error: Double = 0
        /// Where it is.
        var parameter: String?
    }

    /// Folds what can be folded at the level of the language: nothing is fused or trimmed, which is a target's business.
    /// - Parameters:
    ///   - name: what the model is called in errors.
    ///   - folds: whether anything is folded; not so, all parameters stay as they are trained.
    init(_ trained: Model, name: String, folds: Bool = true) throws(ToolError) {
        let folding = Pipeline(
            folds
                ? [InferenceMode(), RemoveDeadCode(), FoldBatchNorms(), FoldConstants(), RemoveDeadCode()] : [])
        let explicit = try explicitModel(trained, file: name)
        // Folding takes a missing weight for an initial one, so this must be asked before.
        let parameters = explicit.graph.parameters.map { explicit.graph[$0.value].name }
        if let missing = parameters.first(where: { explicit.weights[$0] == nil }) {
            throw ToolError("\(name): the parameter '\(missing)' has no weights; train the model first")
        }
        do { model = try folding.run(explicit) } catch { throw ToolError(error, file: name) }
        foldedBatchNorms = Self.batchNorms(trained.graph) - Self.batchNorms(model.graph)
    }

    /// Weights in all tensors.
    var elements: Int {
        model.graph.parameters.reduce(0) { $0 + (model.graph[$1.value].type.sampleElements ?? 0) }
    }

    /// Compares stored weights with those of the model.
    func rounding(_ stored: [String: [Float]]) -> Rounding {
        var rounding = Rounding()
        for parameter in model.graph.parameters {
            let name = model.graph[parameter.value].name
            for (before, after) in zip(model.weights[name] ?? [], stored[name] ?? []) {
                let error = abs(Double(before) - Double(after))
                if error > rounding.error { rounding = Rounding(error: error, parameter: name) }
            }
        }
        return rounding
    }

    private static func batchNorms(_ graph: Graph) -> Int { graph.nodes.count { $0.operation is BatchNorm } }
}
