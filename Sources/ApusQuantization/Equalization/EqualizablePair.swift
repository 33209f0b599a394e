import ApusGraph

/// Two layers between which channels can be scaled: what makes a channel larger before, and smaller by as much behind, changes nothing.
///
/// Between them are what commutes with a positive factor (rectifiers, pools, bounds that are not reached), and nobody else reads what is
/// between.
struct EqualizablePair: Sendable, Equatable {
    /// Numbers of layers.
    var first: Int
    var second: Int
    /// The value whose codes are between them, behind the activation function.
    var value: ValueID
    /// The bound that values are clipped to; nil where there is none.
    var bound: Float?

    /// All pairs of a model, in the order in which they run.
    static func pairs(_ float: FloatModel) -> [EqualizablePair] {
        let graph = float.graph
        let readers = graph.consumers()
        let numbers = Dictionary(uniqueKeysWithValues: float.layers.enumerated().map { ($1.node, $0) })
        return float.layers.indices.compactMap { first in
            var pair = EqualizablePair(first: first, second: first, value: float.layers[first].result)
            var value = pair.value
            while let number = readers[value.index].first, readers[value.index].count == 1,
                !graph.outputs.contains(value)
            {
                let node = graph.nodes[number]
                if let second = numbers[number] {
                    pair.second = second
                    return pair.isPossible(float) ? pair : nil
                }
                switch node.operation {
                case is Relu, is LeakyRelu: pair.value = node.results[0]
                case let clip as Clip:
                    guard clip.minimum == 0, clip.maximum > 0, pair.bound == nil else { return nil }
                    if clip.maximum < .infinity { pair.bound = Float(clip.maximum) }
                    pair.value = node.results[0]
                case is MaxPool2D, is AveragePool2D, is GlobalAveragePool: break
                case _ where node.operation.isReshape && isFlattening(node, graph): break
                default: return nil
                }
                value = node.results[0]
            }
            return nil
        }
    }

    /// Whether the elements of a sample become a row.
    private static func isFlattening(_ node: Node, _ graph: Graph) -> Bool {
        let (before, after) = (graph[node.operands[0]].type, graph[node.results[0]].type)
        return after.rank == 2 && before.dimensions.first == after.dimensions.first
    }

    /// Whether the second layer's channels, or so many features each, are the first layer's, and the weights are their own.
    private func isPossible(_ float: FloatModel) -> Bool {
        let (before, behind) = (float.layers[first], float.layers[second])
        let channels = behind.inputs * behind.groups
        guard channels % before.outputs == 0, behind.kernel == 1 || channels == before.outputs else { return false }
        return float.graph[behind.input].type.isBatched && float.ownsWeights(before) && float.ownsWeights(behind)
    }

    /// The first layer's channel that a channel or feature of the second one's operand comes from.
    func channel(of place: Int, _ float: FloatModel) -> Int {
        place / (float.layers[second].inputs * float.layers[second].groups / float.layers[first].outputs)
    }
}
