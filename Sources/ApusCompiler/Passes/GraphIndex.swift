import ApusGraph

/// Who makes and who reads each value of a graph: what patterns are matched with. O(nodes) to make.
struct GraphIndex: Sendable {
    let graph: Graph
    private let producers: [Int?]
    private let consumers: [[Int]]
    private let roots: Set<ValueID>

    init(_ graph: Graph) {
        self.graph = graph
        producers = graph.producers()
        consumers = graph.consumers()
        roots = Set(graph.roots)
    }

    /// The node that makes `value`; nil for inputs, parameters and constants.
    func producer(of value: ValueID) -> Node? { producers[value.index].map { graph.nodes[$0] } }

    /// The number of that node.
    func number(of value: ValueID) -> Int? { producers[value.index] }

    /// The numbers of the nodes that read `value`, each once.
    func consumers(of value: ValueID) -> [Int] { consumers[value.index] }

    /// The numbers of the nodes that read `value`, or nil where it is read from outside too.
    func privateConsumers(of value: ValueID) -> [Int]? { roots.contains(value) ? nil : consumers[value.index] }

    /// The number of the one node that reads `value`; nil where there are more, or it is read from outside.
    func soleConsumer(of value: ValueID) -> Int? {
        guard let readers = privateConsumers(of: value), readers.count == 1 else { return nil }
        return readers[0]
    }
}
