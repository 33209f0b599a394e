package import ApusGraph

/// Takes out what only trains: dropout and input noise pass their operand through when a model answers.
///
/// One that is an output and reads an input directly becomes a reshape to the shape it has, so that the output keeps
/// its name.
package struct InferenceMode: Pass {
    public let name = "inference-mode"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for node in model.graph.nodes {
            guard node.operation.inferenceForm == .operand else {
                try rewriter.keep(node)
                continue
            }
            let kept = rewriter[node.operands[0]]
            if !rewriter.merge(node.results[0], into: kept) {
                try rewriter.replace(node.results, with: Reshape(shape: rewriter.type(kept).sampleShape ?? []), [kept])
            }
        }
        model.graph = rewriter.finish()
        return model
    }
}
