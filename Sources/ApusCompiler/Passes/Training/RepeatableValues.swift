import ApusGraph

/// Which values a training graph keeps from its forward pass for its backward pass, and which of them can be computed again.
struct RepeatableValues {
    let index: GraphIndex
    /// The number of the node that makes the loss: all behind it are the backward pass.
    let boundary: Int
    /// The values that the backward pass reads and that can be computed another time, in the order in which they are made. None
    /// where the graph is not that of a training step.
    private(set) var kept: [ValueID] = []
    private let isRepeatable: [Bool]
    private let samples: SampleShapes

    var graph: Graph { index.graph }

    /// O(nodes).
    init(_ graph: Graph) {
        let index = GraphIndex(graph)
        let samples = SampleShapes(graph)
        let loss = graph.outputs.first.flatMap { index.number(of: $0) }
        self.index = index
        boundary = graph.gradients.isEmpty ? -1 : loss ?? -1
        var isRepeatable = [Bool](repeating: false, count: graph.values.count)
        for node in graph.nodes.prefix(boundary + 1) {
            switch node.operation.repeatedForm {
            case .same:
                // A sum over samples would be summed twice.
                guard node.results.allSatisfy({ samples.isDynamic($0) }),
                    !RuleCatalogue.rule(for: node.operation).combinesSamples
                else { continue }
                for result in node.results { isRepeatable[result.index] = true }
            case .ofSums: isRepeatable[node.results[0].index] = samples.isDynamic(node.results[0])
            }
        }
        self.isRepeatable = isRepeatable
        self.samples = samples
        for node in graph.nodes.prefix(boundary + 1) {
            kept += node.results.filter { isRepeatable[$0.index] && isReadBackward($0) }
        }
    }

    /// Whether a node of the backward pass reads the value.
    func isReadBackward(_ value: ValueID) -> Bool { (index.consumers(of: value).last ?? -1) > boundary }

    /// Whether the value is made by a node and in the activation arena.
    func isActivation(_ value: ValueID) -> Bool { index.number(of: value) != nil && samples.isDynamic(value) }

    /// Whether the value can be computed another time.
    func isRepeatable(_ value: ValueID) -> Bool { isRepeatable[value.index] }
}
