package import ApusGraph

/// Adds the gradient of the loss, which is the graph's only output, for every trained parameter: reverse-mode
/// differentiation (Griewank and Walther, *Evaluating Derivatives*, 2nd ed., section 3.2), by the gradient rules of the
/// operators. Only what leads to a trained parameter is emitted.
package struct Differentiate: Pass {
    public let name = "differentiate"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        guard graph.outputs.count == 1, graph[graph.outputs[0]].type == TensorType(.f32, []) else {
            throw PassError(
                pass: name, message: "only a graph with one output f32[], the loss, can be differentiated",
                remedy: "attach a loss first")
        }
        let trained = graph.parameters.filter { $0.changes(as: .trained) }.map(\.value)
        let gradients = try reporting { () throws(GraphError) in
            try Self.gradients(of: graph.outputs[0], for: trained, in: graph)
        }
        model.graph = gradients.graph
        for (parameter, gradient) in zip(trained, gradients.values) {
            guard let gradient else {
                throw PassError(
                    pass: name, place: graph[parameter].name,
                    message: "the loss does not depend on the parameter '\(graph[parameter].name)'",
                    remedy: "take it out of the model, or use it on the way to the output")
            }
            model.graph.gradients.append(Assignment(target: parameter, value: gradient))
        }
        return model
    }

    /// The graph with the gradients of the scalar `loss` emitted, and the one for each of `targets`; nil where it is zero.
    private static func gradients(
        of loss: ValueID, for targets: [ValueID], in graph: Graph
    ) throws(GraphError) -> (graph: Graph, values: [ValueID?]) {
        var depends = [Bool](repeating: false, count: graph.values.count)
        for target in targets { depends[target.index] = true }
        for node in graph.nodes where node.operands.contains(where: { depends[$0.index] }) {
            for result in node.results where graph[result].type.elementType == .f32 { depends[result.index] = true }
        }
        var editor = GraphEditor(graph)
        // What each consumer adds to the gradient of a value. All are there when its producer's turn comes, because the
        // nodes are gone through from the last to the first.
        var contributions = [[ValueID]](repeating: [], count: graph.values.count)
        func gradient(of value: ValueID) throws(GraphError) -> ValueID? {
            let parts = contributions[value.index]
            guard var sum = parts.first else { return nil }
            for part in parts.dropFirst() {
                sum = try editor.emit(Add(), [sum, part], named: "\(graph[value].name).gradient")
            }
            contributions[value.index] = [sum]
            return sum
        }
        let seed = try editor.addConstant(
            editor.freshName("\(graph[loss].name).gradient"), TensorType(.f32, []), elements: .numbers([1]))
        contributions[loss.index] = [seed]
        for node in graph.nodes.reversed() where node.results.contains(where: { depends[$0.index] }) {
            var results: [ValueID?] = []
            for result in node.results { results.append(try gradient(of: result)) }
            guard results.contains(where: { $0 != nil }) else { continue }
            let gradients = try editor.operandGradients(node, results, node.operands.map { depends[$0.index] })
            for (operand, part) in zip(node.operands, gradients) where depends[operand.index] {
                if let part { contributions[operand.index].append(part) }
            }
        }
        var values: [ValueID?] = []
        for target in targets { values.append(try gradient(of: target)) }
        return (editor.graph, values)
    }
}
