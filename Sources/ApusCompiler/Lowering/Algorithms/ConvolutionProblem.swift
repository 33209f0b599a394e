import ApusGraph
import ApusInstructions

/// How a convolution is computed.
enum ConvolutionAlgorithm: Equatable, Sendable {
    /// By its definition.
    case direct
    /// By Winograd's minimal filtering: see ``ApusInstructions/WinogradParameters``.
    case winograd(tile: WinogradTile)
    /// By minimal filtering of rows alone, for sources whose channels are not blocked.
    case winogradRows

    /// For people to read.
    var name: String {
        switch self {
        case .direct: "direct"
        case .winograd(let tile): "Winograd, F(\(tile.height) × \(tile.width), 3 × 3)"
        case .winogradRows: "Winograd, rows"
        }
    }
}

/// A convolution as the choice of its algorithm sees it: of stride 1, whatever it is the forward, input gradient or weight
/// gradient of.
struct ConvolutionProblem {
    var inputs: Int
    var outputs: Int
    /// So many of these side by side, of other channels each.
    var groups = 1
    /// Channels that a sum is over, if not all of the inputs: the weights of others are zero.
    var summedInputs: Int?
    var height: Int
    var width: Int
    /// Whether the sum is over positions, and each weight has a result.
    var isWeightGradient = false
    /// Winograd's algorithm computes it.
    var isTransformable: Bool
    /// The source's channels are not blocked: it is copied into blocks first where tiles are transformed in both directions.
    var isPlain = false
    /// Winograd's algorithm computes its rows, on a source of single channels.
    var hasTransformableRows = false

    /// The algorithms that compute it and whose rounding errors are permitted, the definition first.
    func algorithms(permitted: ConvolutionAlgorithms) -> [ConvolutionAlgorithm] {
        guard permitted != .direct else { return [.direct] }
        return [.direct] + (isTransformable ? tiles(permitted).map { .winograd(tile: $0) } : [])
            + (hasTransformableRows ? [.winogradRows] : [])
    }

    /// Bytes of transforms without which the algorithm can't do, with as few tiles at a time as are worth their while.
    func leastScratchBytes(by algorithm: ConvolutionAlgorithm, lanes: Int) -> Int {
        let (inputBlocks, outputBlocks) = ((inputs + lanes - 1) / lanes, (outputs + lanes - 1) / lanes)
        switch algorithm {
        case .direct: return 0
        case .winograd(let tile):
            let rows = (height + Int(tile.height) - 1) / Int(tile.height)
            let columns = (width + Int(tile.width) - 1) / Int(tile.width)
            let blocks = inputBlocks + (isWeightGradient ? outputBlocks : 2)
            return min(rows * columns, WinogradParameters.minimumTiles) * (tile.frequencies + 1) * blocks * groups
                * lanes * 4
        case .winogradRows:
            let pairVectors = ((width + 1) / 2 + lanes - 1) / lanes
            return inputs * 4 * 4 * pairVectors * lanes * 4
        }
    }

    private func tiles(_ permitted: ConvolutionAlgorithms) -> [WinogradTile] {
        if isWeightGradient { return permitted == .approximate ? WinogradTile.ofWeightGradients : [.small] }
        return WinogradTile.squares.filter { permitted == .approximate || (summedInputs ?? inputs) >= $0.minimumInputs }
    }
}
