extension GraphEditor {
    /// Emits what computes gradients backwards through some of the graph's nodes, the last one first.
    ///
    /// The gradients that reach a value by several ways are added.
    ///
    /// - Parameters:
    ///   - nodes: the numbers of the nodes to go through.
    ///   - gradients: the gradients of the values where the way begins; those of all values on it are added.
    ///   - wanted: the values whose gradients are needed in the end.
    /// - Complexity: O(values + nodes), beside the rules' own work.
    package mutating func differentiate(
        nodes: Range<Int>, gradients: inout [ValueID: ValueID], wanted: Set<ValueID>
    ) throws(GraphError) {
        // Forwards: what depends on something wanted, and so needs a gradient on the way to it.
        var depends = wanted
        for index in nodes {
            let node = graph.nodes[index]
            if node.operands.contains(where: depends.contains) { depends.formUnion(node.results) }
        }
        for index in nodes.reversed() {
            let node = graph.nodes[index]
            let needed = node.operands.map { depends.contains($0) && graph[$0].type.elementType.isFloatingPoint }
            let given = node.results.map { gradients[$0] }
            guard needed.contains(true), given.contains(where: { $0 != nil }) else { continue }
            for (operand, gradient) in zip(node.operands, try operandGradients(node, given, needed)) {
                guard let gradient else { continue }
                if let other = gradients[operand] {
                    gradients[operand] = try emit(Add(), [other, gradient], named: "\(graph[operand].name).gradient")
                } else {
                    gradients[operand] = gradient
                }
            }
        }
    }

    /// The gradients of a node's operands. The editor itself is handed to the rule, so that nothing is copied.
    package mutating func operandGradients(
        _ node: Node, _ resultGradients: [ValueID?], _ needed: [Bool]
    ) throws(GraphError) -> [ValueID?] {
        var context = GradientContext(
            editor: GraphEditor(name: ""), node: node, resultGradients: resultGradients, needed: needed)
        swap(&self, &context.editor)
        defer { swap(&self, &context.editor) }
        return try node.operation.gradient(&context)
    }
}
