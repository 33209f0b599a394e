import ApusGraph

/// How a convolution is computed.
enum ConvolutionAlgorithm: Equatable {
    /// By its definition.
    case direct
    /// By Winograd's minimal filtering with tiles of `tile` × `tile`: see ``ApusInstructions/WinogradParameters``.
    case winograd(tile: Int)
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

/// Which algorithm computes each convolution of a graph, by an estimate of its time.
///
/// The unit of time is one multiply-add of a vector. Direct convolution takes one for each nine weights' places; Winograd's
/// algorithm `(tile + 2)²` for each tile, and the transforms of both pictures, which are additions and stores, and
/// therefore weigh more on small numbers of channels.
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
        if work.isTransformable, permitted != .direct { candidates.append(.winograd(tile: 2)) }
        if work.isTransformable, permitted == .approximate { candidates.append(.winograd(tile: 4)) }
        if work.hasTransformableRows, permitted != .direct { candidates.append(.winogradRows) }
        let times = candidates.map { time(of: work, by: $0, lanes: lanes) }
        let least = times.min() ?? 0
        return zip(candidates, times).first { $0.1 == least }?.0 ?? .direct
    }

    /// The estimated time, in multiply-adds of a vector.
    static func time(of work: ConvolutionWork, by algorithm: ConvolutionAlgorithm, lanes: Int) -> Double {
        let outputBlocks = (work.outputs + lanes - 1) / lanes
        let inputBlocks = (work.inputs + lanes - 1) / lanes
        switch algorithm {
        case .direct:
            return max(
                Double(work.height * work.width * 9 * work.inputs * outputBlocks),
                readTime(weights: 9 * work.inputs * work.outputs))
        case .winogradRows:
            let pairs = ((work.height + 1) / 2) * ((work.width + 3) / 4)
            let transforms = Double((work.height + 3) * ((work.width / 2 + lanes) / lanes) * 4 * work.inputs)
            return Double(pairs * 48 * work.inputs * outputBlocks) / productEfficiency + transforms * transformTime
        case .winograd(let tile):
            let count = ((work.height + tile - 1) / tile) * ((work.width + tile - 1) / tile)
            let frequencies = (tile + 2) * (tile + 2)
            let products = Double(count * frequencies * work.inputs * outputBlocks) / productEfficiency
            // A frequency is computed, stored, and read again.
            let transforms = Double(count * frequencies * (inputBlocks + outputBlocks)) * transformTime
            let accumulators = work.isWeightGradient ? Double(frequencies * work.inputs * outputBlocks) * 2 : 0
            let copies = work.isPlain ? Double(inputBlocks * work.height * work.width) * copyTime : 0
            let reads = readTime(weights: frequencies * work.inputs * work.outputs)
            return max(products, reads) + transforms + accumulators + copies
        }
    }

    /// The time in which weights that are too many for the nearer caches are read, in multiply-adds of a vector.
    private static func readTime(weights: Int) -> Double {
        weights * 4 <= nearBytes ? 0 : Double(weights * 4) / bytesPerMultiplyAdd
    }

    /// Weights of so many bytes stay near from one sample to the next.
    private static let nearBytes = 1 << 20
    /// Bytes that come from farther memory in the time of a multiply-add.
    private static let bytesPerMultiplyAdd = 6.0
    /// The share of the processor's peak that products of a few dozen columns reach beside a direct convolution.
    private static let productEfficiency = 0.92
    /// Multiply-adds that fit in the time in which a frequency is transformed.
    private static let transformTime = 3.0
    /// Multiply-adds that fit in the time in which a vector of the source is copied into blocks.
    private static let copyTime = 10.0

    private static func work(of node: Node, in graph: Graph, isBlocked: (ValueID) -> Bool) -> ConvolutionWork? {
        switch node.operation {
        case let operation as Convolution2D:
            return forward(operation, node, pool: nil, in: graph, isBlocked: isBlocked)
        case let operation as FusedConvolution2D:
            return forward(operation.convolution, node, pool: operation.pool, in: graph, isBlocked: isBlocked)
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
        _ convolution: Convolution2D, _ node: Node, pool: [Int]?, in graph: Graph, isBlocked: (ValueID) -> Bool
    ) -> ConvolutionWork {
        let shape = ConvolutionShape(convolution, source: graph[node.operands[0]].type)
        let window = pool ?? [1, 1]
        let isTransformable = shape.isTransformable && (pool == nil || pool == [2, 2])
        let isBlocked = isBlocked(node.operands[0])
        return ConvolutionWork(
            inputs: shape.channels, outputs: convolution.filters,
            height: shape.geometry.outputHeight / window[0] * window[0],
            width: shape.geometry.outputWidth / window[1] * window[1],
            isTransformable: isTransformable, isPlain: !isBlocked, hasTransformableRows: isTransformable && !isBlocked)
    }
}

extension ConvolutionShape {
    /// Whether F(m × m, 3 × 3) computes it.
    var isTransformable: Bool {
        convolution.kernel == [3, 3] && convolution.stride == [1, 1] && convolution.dilation == [1, 1]
            && convolution.groups == 1
    }
}
