import ApusGraph

/// A graph that is lowered, with the rule of each node and what rules ask about: O(nodes) to make. An object, because every site
/// has it.
final class LoweringContext: Sendable {
    let graph: Graph
    let index: GraphIndex
    let samples: SampleShapes
    /// The rule of each node.
    let rules: [any LoweringRule]
    /// V, the target's lanes.
    let lanes: Int
    /// The algorithms that convolutions may be computed by.
    let permitted: ConvolutionAlgorithms
    /// The numbers that are multiplied.
    let compute: ComputePrecision
    /// Bytes that nodes may compute in, by their names.
    let scratchLimits: [String: Int]
    private let outputs: Set<ValueID>

    init(
        _ graph: Graph, lanes: Int, permitted: ConvolutionAlgorithms, compute: ComputePrecision = .f32,
        scratchLimits: [String: Int] = [:]
    ) {
        self.graph = graph
        index = GraphIndex(graph)
        samples = SampleShapes(graph)
        rules = graph.nodes.map { RuleCatalogue.rule(for: $0.operation) }
        self.lanes = lanes
        self.permitted = permitted
        self.compute = compute
        self.scratchLimits = scratchLimits
        outputs = Set(graph.outputs)
    }

    var sites: [Site] { graph.nodes.indices.map { Site(context: self, number: $0) } }

    /// Bytes of the largest value that is computed of a sample. O(nodes).
    var largestValueBytes: Int {
        sites.flatMap(\.results).reduce(0) { largest, value in
            let elements = samples.shape(value)?.reduce(1, *) ?? 0
            return max(largest, elements * graph[value].type.elementType.size)
        }
    }

    func isOutput(_ value: ValueID) -> Bool { outputs.contains(value) }
}

/// A node, and what its rule may ask about the graph around it.
struct Site: Sendable {
    let context: LoweringContext
    /// The node's number in the graph.
    let number: Int

    var graph: Graph { context.graph }
    var node: Node { context.graph.nodes[number] }
    var rule: any LoweringRule { context.rules[number] }
    /// Bytes that it may compute in, beside its operands; nil for any.
    var scratchLimit: Int? { context.scratchLimits.isEmpty ? nil : context.scratchLimits[name] }
    var lanes: Int { context.lanes }
    var operands: [ValueID] { node.operands }
    var results: [ValueID] { node.results }
    /// The first result's name: the label of what the node becomes.
    var name: String { graph[node.results[0]].name }

    func type(_ value: ValueID) -> TensorType { graph[value].type }
    func isDynamic(_ value: ValueID) -> Bool { context.samples.isDynamic(value) }

    /// The node that makes `value`; nil for inputs, parameters and constants.
    func producer(of value: ValueID) -> Site? {
        context.index.number(of: value).map { Site(context: context, number: $0) }
    }

    /// The nodes that read `value`, each once.
    func readers(of value: ValueID) -> [Site] {
        context.index.consumers(of: value).map { Site(context: context, number: $0) }
    }

    /// Whether operands and results are dynamic and have one type, so that they may lie alike.
    var hasOneType: Bool {
        let values = operands + results
        return values.allSatisfy { type($0) == type(values[0]) && isDynamic($0) }
    }

    /// The multiply-adds of a sample by the operator's definition.
    var multiplyAdds: Int {
        node.operation.cost(operands: operands.map { type($0) }, results: results.map { type($0) }).multiplyAdds
    }

    /// A new error that says of the node that it can't be computed.
    func unsupported(_ reason: String) -> LoweringError {
        .unsupported(value: name, operation: node.operation.name, reason: reason)
    }
}
