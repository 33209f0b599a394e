import ApusGraph

/// Which values of a graph depend on parameters and constants alone. O(nodes) to make.
struct FixedValues {
    private let areFixed: [Bool]

    init(_ graph: Graph) {
        var fixed = Array(repeating: false, count: graph.values.count)
        for parameter in graph.parameters { fixed[parameter.value.index] = true }
        for constant in graph.constants { fixed[constant.value.index] = true }
        for node in graph.nodes where node.operands.allSatisfy({ fixed[$0.index] }) {
            for result in node.results where graph[result].type.shape != nil { fixed[result.index] = true }
        }
        areFixed = fixed
    }

    func contains(_ value: ValueID) -> Bool { areFixed[value.index] }
}
