import ApusGraph

extension Graph {
    /// The graph without nodes, parameters and constants that no output needs, nor inputs of these that none needs. O(values + nodes).
    func pruned(without unneeded: Set<String>) -> Graph {
        var isNeeded = [Bool](repeating: false, count: values.count)
        for output in outputs { isNeeded[output.index] = true }
        var graph = self
        graph.nodes = []
        for node in nodes.reversed() where node.results.contains(where: { isNeeded[$0.index] }) {
            for operand in node.operands { isNeeded[operand.index] = true }
            graph.nodes.append(node)
        }
        graph.nodes.reverse()
        graph.inputs = inputs.filter { isNeeded[$0.index] || !unneeded.contains(self[$0].name) }
        graph.parameters = parameters.filter { isNeeded[$0.value.index] }
        graph.constants = constants.filter { isNeeded[$0.value.index] }
        return graph.compacted()
    }
}
