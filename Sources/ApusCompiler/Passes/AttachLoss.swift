package import ApusGraph

/// What a training graph makes smaller.
public enum Loss: String, Sendable, Hashable, CaseIterable {
    /// Logit cross-entropy: on the operand of the softmax or log-softmax that makes the output, else on the output.
    case automatic
    /// Logit cross-entropy on the output as it stands.
    case logitCrossEntropy = "logit-cross-entropy"
    /// Cross-entropy on the output, which must be probabilities.
    case crossEntropy = "cross-entropy"
}

/// Adds the input `labels` and the value `loss`, which becomes the only output. A graph whose only output is a scalar
/// already is its own loss and stays as it is.
package struct AttachLoss: Pass {
    public let name = "attach-loss"
    public var loss: Loss

    public init(_ loss: Loss = .automatic) { self.loss = loss }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        guard graph.outputs.count == 1 else {
            throw PassError(
                pass: name,
                message: graph.outputs.isEmpty
                    ? "the model has no output" : "the model has \(graph.outputs.count) outputs",
                remedy: "give it one output to train")
        }
        let output = graph.outputs[0]
        if graph[output].type == TensorType(.f32, []) { return model }
        let prediction = try prediction(output, graph)
        let type = graph[prediction].type
        guard type.elementType == .f32, type.rank == 2, type.isBatched else {
            throw PassError(
                pass: name, place: graph[prediction].name,
                message: "the loss compares f32[N, classes] with labels, not \(type)",
                remedy: "flatten the output, or end the model in a dense layer")
        }
        model.graph = try reporting { () throws(GraphError) in
            var editor = GraphEditor(graph)
            let labels = try editor.addInput("labels", TensorType(.i32, [type.dimensions[0]]))
            let operation: any Operator = loss == .crossEntropy ? CrossEntropy() : LogitCrossEntropy()
            let value = try editor.apply(operation, to: [prediction, labels], names: ["loss"])[0]
            var graph = editor.graph
            graph.outputs = [value]
            return graph
        }
        return model
    }

    /// The value that the loss compares with the labels.
    private func prediction(_ output: ValueID, _ graph: Graph) throws(PassError) -> ValueID {
        let producer = GraphIndex(graph).producer(of: output)
        let isNormalized = producer?.operation is Softmax || producer?.operation is LogSoftmax
        switch loss {
        case .automatic:
            if isNormalized, let producer { return producer.operands[0] }
        case .logitCrossEntropy:
            if isNormalized, let producer {
                throw PassError(
                    pass: name, place: graph[output].name,
                    message: "logit cross-entropy normalizes by itself, but the output is made by "
                        + producer.operation.name,
                    remedy: "use the loss 'automatic', which takes the operand of \(producer.operation.name)")
            }
        case .crossEntropy:
            if let producer, producer.operation is LogSoftmax {
                throw PassError(
                    pass: name, place: graph[output].name,
                    message: "cross-entropy needs probabilities, but the output is made by log_softmax",
                    remedy: "use the loss 'automatic', or end the model in softmax")
            }
        }
        return output
    }
}
