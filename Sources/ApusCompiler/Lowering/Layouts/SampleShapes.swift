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
    private let imageCounts: [Int?]

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
        let shapes = graph.values.map { Self.shape($0.type) }
        self.shapes = shapes
        imageCounts = graph.values.indices.map { index in
            let type = graph.values[index].type
            guard type.rank == 4, isDynamic[index], let shape = shapes[index], shape.count == 4,
                !isCut || type.isBatched
            else { return nil }
            return shape[0]
        }
    }

    /// Whether the value depends on an input, and is no sum over samples.
    func isDynamic(_ value: ValueID) -> Bool { isDynamic[value.index] }

    /// The shape of a sample of the value, or of all of it where it is the same for all samples; nil where a symbol is left in it.
    func shape(_ value: ValueID) -> [Int]? { shapes[value.index] }

    /// Images `[C, H, W]` that a sample of the value has, one after the other.
    func imageCount(_ value: ValueID) -> Int { imageCounts[value.index] ?? 1 }

    /// Whether a sample of the value has a dimension that counts images `[C, H, W]`.
    func hasImages(_ value: ValueID) -> Bool { imageCounts[value.index] != nil }

    /// The dimensions of a sample. Of `[2*N, 3]` it has `[2, 3]`.
    private static func shape(_ type: TensorType) -> [Int]? {
        guard type.isBatched, let first = type.dimensions.first, first.symbol == nil else { return type.sampleShape }
        guard let symbol = first.symbols.first, let parts = first.multiple(of: symbol) else { return nil }
        return type.sampleShape.map { [parts] + $0 }
    }
}
