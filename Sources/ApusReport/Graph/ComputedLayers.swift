import ApusGraph

/// The operators of a graph as they are computed: those that one instruction does together are one.
struct ComputedLayers {
    struct Group {
        /// Their places among the graph's nodes, in order.
        var members: [Int]
        var cost: LayerTimes.Cost?
    }

    let groups: [Group]
    /// The group of each node.
    let groupOf: [Int]

    /// - Parameter times: what was measured; nil to have each operator for itself.
    init(_ graph: Graph, _ times: LayerTimes?) {
        let producers = graph.producers()
        var readers = [Set<Int>](repeating: [], count: graph.nodes.count)
        for (index, node) in graph.nodes.enumerated() {
            for operand in node.operands {
                if let producer = producers[operand.index] { readers[producer].insert(index) }
            }
        }
        // An operator without an instruction of its name is a part of what reads it, where that is one operator.
        var hosts = Array(graph.nodes.indices)
        for index in graph.nodes.indices.reversed() {
            guard let times, Self.cost(of: graph.nodes[index], graph, times) == nil, readers[index].count == 1,
                let reader = readers[index].first
            else { continue }
            hosts[index] = hosts[reader]
        }
        var numbers: [Int: Int] = [:]
        var groups: [Group] = []
        // In the order of the last of each, so that a group lies behind all that it depends on.
        for index in graph.nodes.indices where hosts[index] == index {
            numbers[index] = groups.count
            groups.append(
                Group(members: [], cost: times.flatMap { Self.cost(of: graph.nodes[index], graph, $0) }))
        }
        groupOf = hosts.map { numbers[$0] ?? 0 }
        for (index, group) in groupOf.enumerated() { groups[group].members.append(index) }
        self.groups = groups
    }

    private static func cost(of node: Node, _ graph: Graph, _ times: LayerTimes) -> LayerTimes.Cost? {
        for result in node.results { if let cost = times.costs[graph[result].name] { return cost } }
        return nil
    }
}
