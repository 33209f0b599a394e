import ApusGraph
import ApusInstructions

/// Which gradients behind a max-pool are never stored: those that all of their readers make themselves, in registers, of the
/// pooled gradient and the choices.
///
/// These are the readers with a kernel for it: input gradients by Winograd's algorithm, and weight gradients by it or of a
/// source in single channels. Where one reader has none, the picture is in memory anyway, and all read it from there.
struct PooledGradients {
    private var borders: [ValueID: LayoutChoice.Border] = [:]

    /// - Parameter isBlocked: whether a value is made as a blocked picture.
    init(_ graph: Graph, _ algorithms: AlgorithmChoice, isBlocked: (ValueID) -> Bool) {
        let index = GraphIndex(graph)
        for node in graph.nodes {
            let value = node.results[0]
            guard let unpool = node.operation as? MaxUnpool2D, unpool.window == [2, 2],
                let readers = index.privateConsumers(of: value), !readers.isEmpty
            else { continue }
            var border = LayoutChoice.Border()
            let demands = readers.map {
                Self.demand(graph.nodes[$0], of: value, unpool, in: graph, algorithms, isBlocked)
            }
            for demand in demands { border.widen(to: demand ?? .init()) }
            if !demands.contains(nil) { borders[value] = border }
        }
    }

    func contains(_ value: ValueID) -> Bool { borders[value] != nil }

    /// The border that the readers need around the pooled gradient, in windows; nil where the gradient behind the pool is
    /// stored.
    func border(of value: ValueID) -> LayoutChoice.Border? { borders[value] }

    /// The border that one reader needs; nil where it has no kernel that takes choices.
    private static func demand(
        _ reader: Node, of gradient: ValueID, _ unpool: MaxUnpool2D, in graph: Graph, _ algorithms: AlgorithmChoice,
        _ isBlocked: (ValueID) -> Bool
    ) -> LayoutChoice.Border? {
        guard reader.operands.count == 2, reader.operands[1] == gradient, reader.operands[0] != gradient else {
            return nil
        }
        let algorithm = algorithms[reader.results[0]]
        let shape: ConvolutionShape
        var border = LayoutChoice.Border()
        switch reader.operation {
        case let operation as Convolution2DInputGradient:
            shape = ConvolutionShape(operation.convolution, source: graph[reader.results[0]].type)
            let padding = shape.gradientPadding
            guard case .winograd(let tile) = algorithm,
                padding.top.isMultiple(of: 2) == padding.left.isMultiple(of: 2)
            else { return nil }
            border = shape.gradientWindowBorder(tile: tile)
        case let operation as Convolution2DWeightGradient:
            shape = ConvolutionShape(operation.convolution, source: graph[reader.operands[0]].type)
            let isSimple = operation.convolution.stride == [1, 1] && operation.convolution.dilation == [1, 1]
            guard algorithm != .direct || isSimple && !shape.isDepthwise && !isBlocked(reader.operands[0]) else {
                return nil
            }
        default: return nil
        }
        // Windows of what the convolution computes, and of nothing else.
        guard shape.geometry.outputHeight / 2 == unpool.input[0] / 2,
            shape.geometry.outputWidth / 2 == unpool.input[1] / 2
        else { return nil }
        return border
    }
}

/// A gradient behind a max-pool that is not stored.
struct PooledGradient {
    var choice: Place
    /// The gradient of what the windows were pooled to.
    var gradient: Stored
    /// Bytes of the choices of one sample.
    var choiceStride: Int32
}
