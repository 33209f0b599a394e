import ApusGraph
import ApusInstructions

/// How a convolution is computed.
enum ConvolutionAlgorithm: Equatable {
    /// By its definition.
    case direct
    /// By Winograd's minimal filtering: see ``ApusInstructions/WinogradParameters``.
    case winograd(tile: WinogradTile)
    /// By minimal filtering of rows alone, for sources whose channels are not blocked.
    case winogradRows
}

/// A convolution as the choice of its algorithm sees it: of stride 1, whatever it is the forward, input gradient or weight
/// gradient of.
struct ConvolutionWork {
    var inputs: Int
    var outputs: Int
    var height: Int
    var width: Int
    /// Whether the sum is over positions, and each weight has a result.
    var isWeightGradient = false
    /// Winograd's algorithm computes it.
    var isTransformable: Bool
    /// The source's channels are not blocked: it is copied into blocks first where tiles are squares.
    var isPlain = false
    /// Winograd's algorithm computes its rows, on a source of single channels.
    var hasTransformableRows = false
}

/// Which algorithm computes each convolution of a graph: the one of the least estimate by ``AlgorithmCost``.
struct AlgorithmChoice {
    private let algorithms: [ValueID: ConvolutionAlgorithm]

    /// - Parameter isBlocked: whether a value is made as a blocked picture; others are copied into blocks for square tiles.
    init(_ graph: Graph, lanes: Int, permitted: ConvolutionAlgorithms, isBlocked: (ValueID) -> Bool) {
        var algorithms: [ValueID: ConvolutionAlgorithm] = [:]
        for node in graph.nodes {
            guard let work = Self.work(of: node, in: graph, isBlocked: isBlocked) else { continue }
            algorithms[node.results[0]] = Self.fastest(work, lanes: lanes, permitted: permitted)
        }
        self.algorithms = algorithms
    }

    /// The algorithm of the convolution whose first result is `value`.
    subscript(value: ValueID) -> ConvolutionAlgorithm { algorithms[value] ?? .direct }

    /// The algorithm of the least estimate.
    static func fastest(
        _ work: ConvolutionWork, lanes: Int, permitted: ConvolutionAlgorithms
    ) -> ConvolutionAlgorithm {
        var candidates = [ConvolutionAlgorithm.direct]
        if work.isTransformable, permitted != .direct {
            candidates += tiles(of: work, permitted: permitted).map { .winograd(tile: $0) }
        }
        if work.hasTransformableRows, permitted != .direct { candidates.append(.winogradRows) }
        let model = AlgorithmCost(lanes: lanes)
        let cycles = candidates.map { model.cycles(of: work, by: $0) }
        let least = cycles.min() ?? 0
        return zip(candidates, cycles).first { $0.1 == least }?.0 ?? .direct
    }

    /// The tiles whose rounding errors are permitted.
    private static func tiles(of work: ConvolutionWork, permitted: ConvolutionAlgorithms) -> [WinogradTile] {
        if work.isWeightGradient { return permitted == .approximate ? WinogradTile.ofWeightGradients : [.small] }
        return WinogradTile.squares.filter { permitted == .approximate || work.inputs >= $0.fewestInputs }
    }

    private static func work(of node: Node, in graph: Graph, isBlocked: (ValueID) -> Bool) -> ConvolutionWork? {
        switch node.operation {
        case let operation as Convolution2D:
            return forward(operation, node, pool: nil, in: graph, isBlocked: isBlocked)
        case let operation as FusedConvolution2D:
            return forward(
                operation.convolution, node, pool: operation.pool, hasAddend: operation.addend, in: graph,
                isBlocked: isBlocked)
        case let operation as Convolution2DInputGradient:
            let shape = ConvolutionShape(operation.convolution, source: graph[node.results[0]].type)
            return ConvolutionWork(
                inputs: operation.convolution.filters, outputs: shape.channels, height: shape.height,
                width: shape.width, isTransformable: shape.isTransformable)
        case let operation as Convolution2DWeightGradient:
            let shape = ConvolutionShape(operation.convolution, source: graph[node.operands[0]].type)
            return ConvolutionWork(
                inputs: shape.channels, outputs: operation.convolution.filters, height: shape.geometry.outputHeight,
                width: shape.geometry.outputWidth, isWeightGradient: true,
                isTransformable: shape.isTransformable, isPlain: !isBlocked(node.operands[0]))
        default: return nil
        }
    }

    private static func forward(
        _ convolution: Convolution2D, _ node: Node, pool: [Int]?, hasAddend: Bool = false, in graph: Graph,
        isBlocked: (ValueID) -> Bool
    ) -> ConvolutionWork {
        let shape = ConvolutionShape(convolution, source: graph[node.operands[0]].type)
        let window = pool ?? [1, 1]
        let isTransformable = shape.isTransformable && (pool == nil || pool == [2, 2])
        let isBlocked = isBlocked(node.operands[0])
        return ConvolutionWork(
            inputs: shape.channels, outputs: convolution.filters,
            height: shape.geometry.outputHeight / window[0] * window[0],
            width: shape.geometry.outputWidth / window[1] * window[1],
            isTransformable: isTransformable, isPlain: !isBlocked,
            hasTransformableRows: isTransformable && !isBlocked && !hasAddend)
    }
}

extension ConvolutionShape {
    /// Whether F(m × m, 3 × 3) computes it.
    var isTransformable: Bool {
        convolution.kernel == [3, 3] && convolution.stride == [1, 1] && convolution.dilation == [1, 1]
            && convolution.groups == 1
    }
}
