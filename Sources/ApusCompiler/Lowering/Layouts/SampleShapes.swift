import ApusGraph

/// Which values there is one of for each sample, and what shape a sample of a value has: the one place that says so.
///
/// A graph with a batch symbol is cut over samples: values whose first dimension is the symbol have a part for each sample, and so
/// have those that come from an input without it, which each sample reads whole. What is made of samples and has no batch dimension
/// is a sum over them. A graph without a batch symbol is one sample: all that depends on an input is part of it.
struct SampleShapes: Sendable {
    /// Whether the graph is cut over samples.
    let isCut: Bool
    private let isDynamic: [Bool]
    private let shapes: [[Int]?]
    private let imageCounts: [Int]

    /// O(values + nodes).
    init(_ graph: Graph) {
        let isCut = graph.values.contains { $0.type.isBatched }
        var isDynamic = graph.values.map(\.type.isBatched)
        for input in graph.inputs { isDynamic[input.index] = true }
        // Sums over samples, and what depends on them, are the same for all samples.
        var isSum = [Bool](repeating: false, count: graph.values.count)
        for node in graph.nodes {
            let readsSamples = node.operands.contains { isDynamic[$0.index] }
            let readsBatch = isCut && node.operands.contains { graph[$0].type.isBatched || isSum[$0.index] }
            for result in node.results where !isDynamic[result.index] {
                isDynamic[result.index] = readsSamples && !readsBatch
                isSum[result.index] = readsBatch
            }
        }
        self.isCut = isCut
        self.isDynamic = isDynamic
        // Several parts for each sample, `[2*N, ...]`, are no sample's shape.
        shapes = graph.values.map { value in
            value.type.isBatched && value.type.dimensions[0].symbol == nil ? nil : value.type.sampleShape
        }
        imageCounts = graph.values.indices.map { index in
            guard !isCut, isDynamic[index], let shape = graph.values[index].type.sampleShape, shape.count == 4 else {
                return 1
            }
            return shape[0]
        }
    }

    /// Whether the value depends on an input, and is no sum over samples.
    func isDynamic(_ value: ValueID) -> Bool { isDynamic[value.index] }

    /// The shape of a sample of the value, or of all of it where it is the same for all samples; nil where a symbol is left in it.
    func shape(_ value: ValueID) -> [Int]? { shapes[value.index] }

    /// Images `[C, H, W]` that a sample of the value has, one after the other.
    func imageCount(_ value: ValueID) -> Int { imageCounts[value.index] }
}
