package import ApusGraph

/// Adds an input and the value `loss`, which becomes the only output. A graph whose only output is a scalar already is its own
/// loss and stays as it is.
///
/// The input is named `labels` where the loss compares with whole numbers, else `targets`, and has the type that the loss asks for.
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
        let operation = loss.operation ?? LogitCrossEntropy()
        let targets = try targets(of: prediction, operation, graph)
        model.graph = try reporting { () throws(GraphError) in
            var editor = GraphEditor(graph)
            let input = try editor.addInput(targets.elementType.isInteger ? "labels" : "targets", targets)
            let value = try editor.apply(operation, to: [prediction, input], names: ["loss"])[0]
            var graph = editor.graph
            graph.outputs = [value]
            return graph
        }
        return model
    }

    /// The type of what the loss compares with.
    private func targets(
        of prediction: ValueID, _ operation: any LossOperator, _ graph: Graph
    ) throws(PassError) -> TensorType {
        let type = graph[prediction].type
        guard type.isBatched else {
            throw PassError(
                pass: name, place: graph[prediction].name,
                message: "the loss is a mean over a batch, and \(type) has none",
                remedy: "let the first dimension of the model's input be N")
        }
        do {
            return try operation.targets(of: type)
        } catch {
            throw PassError(
                pass: name, place: graph[prediction].name, message: error.message, remedy: error.remedy)
        }
    }

    /// The value that the loss compares with the labels.
    private func prediction(_ output: ValueID, _ graph: Graph) throws(PassError) -> ValueID {
        guard let producer = GraphIndex(graph).producer(of: output) else { return output }
        let axis: Int
        switch producer.operation {
        case let softmax as Softmax: axis = softmax.axis
        case let softmax as LogSoftmax: axis = softmax.axis
        default: return output
        }
        if loss == .automatic {
            guard axis == -1 || axis == graph[output].type.rank - 1 else {
                throw PassError(
                    pass: name, place: graph[output].name,
                    message:
                        "the loss compares rows along the last axis, but \(producer.operation.name) works along axis \(axis)",
                    remedy: "let a transpose bring the classes to the last dimension before it")
            }
            return producer.operands[0]
        }
        if loss == .logitCrossEntropy {
            throw PassError(
                pass: name, place: graph[output].name,
                message: "logit cross-entropy normalizes by itself, but the output is made by "
                    + producer.operation.name,
                remedy: "use the loss 'automatic', which takes the operand of \(producer.operation.name)")
        }
        if loss == .crossEntropy, producer.operation is LogSoftmax {
            throw PassError(
                pass: name, place: graph[output].name,
                message: "cross-entropy needs probabilities, but the output is made by log_softmax",
                remedy: "use the loss 'automatic', or end the model in softmax")
        }
        return output
    }
}
