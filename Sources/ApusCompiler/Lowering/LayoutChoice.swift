import ApusGraph
import ApusInstructions

/// Which layout each batched value is made in.
///
/// Convolutions and pools make blocked pictures; element-wise operators keep the layout of what they work on, so they and
/// their operands form groups of one layout. A group has the widest border that any convolution asks of its members, so
/// that no convolution tests a border in its loops.
struct LayoutChoice {
    struct Border: Equatable {
        var top = 0
        var left = 0
        var bottom = 0
        var right = 0

        mutating func widen(to other: Border) {
            top = max(top, other.top)
            left = max(left, other.left)
            bottom = max(bottom, other.bottom)
            right = max(right, other.right)
        }
    }

    private var parent: [Int]
    private var border: [Border]
    private var isBlocked: [Bool]
    /// Values whose producer writes plain order and nothing else.
    private var isPlainOnly: [Bool]

    init(_ graph: Graph, lanes: Int) {
        let count = graph.values.count
        parent = Array(0..<count)
        border = Array(repeating: Border(), count: count)
        isBlocked = Array(repeating: false, count: count)
        isPlainOnly = Array(repeating: false, count: count)
        for input in graph.inputs { isPlainOnly[input.index] = true }
        for node in graph.nodes {
            for result in node.results where graph[result].type.isBatched {
                if Self.makesPictures(node.operation) {
                    isBlocked[result.index] = true
                } else if !Self.keepsLayout(node, in: graph) {
                    isPlainOnly[result.index] = true
                }
            }
        }
        for node in graph.nodes {
            guard let result = node.results.first, isPlainOnly[node.operands[0].index],
                Self.isPlainDepthwise(node, in: graph, lanes: lanes)
            else { continue }
            (isBlocked[result.index], isPlainOnly[result.index]) = (false, true)
        }
        for node in graph.nodes where Self.keepsLayout(node, in: graph) {
            let members = (node.operands + node.results).filter { !isPlainOnly[$0.index] }
            for member in members.dropFirst() { unite(members[0].index, member.index) }
        }
        // An addend has the border of the result, so that it can be added without another layout of it.
        for node in graph.nodes {
            guard let fused = node.operation as? FusedConvolution2D, fused.addend, let addend = node.operands.last,
                !isPlainOnly[addend.index]
            else { continue }
            unite(addend.index, node.results[0].index)
        }
    }

    /// Gives each value the border that its consumers need, whose algorithms are known now.
    mutating func demandBorders(
        _ graph: Graph, _ algorithms: AlgorithmChoice, _ pooledGradients: PooledGradients, lanes: Int
    ) {
        for node in graph.nodes {
            if let demand = pooledGradients.border(of: node.results[0]) {
                border[root(node.operands[1].index)].widen(to: demand)
            }
            guard let algorithm = node.results.first.map({ algorithms[$0] }),
                let (operand, demand) = Self.borderDemand(of: node, by: algorithm, in: graph, lanes: lanes)
            else { continue }
            border[root(operand.index)].widen(to: demand)
        }
    }

    private static func makesPictures(_ operation: any Operator) -> Bool {
        switch operation {
        case is Convolution2D, is FusedConvolution2D, is Convolution2DInputGradient, is MaxPool2D, is MaxPool2DGradient,
            is MaxUnpool2D, is AveragePool2D, is AveragePool2DGradient, is GlobalAveragePool, is BatchNorm,
            is BatchNormTraining, is BatchNormGradient:
            true
        default: false
        }
    }

    /// Whether a node is a depthwise convolution that there is a kernel for on plain pictures, and whose result nobody
    /// reads as a picture.
    private static func isPlainDepthwise(_ node: Node, in graph: Graph, lanes: Int) -> Bool {
        let convolution: Convolution2D
        switch node.operation {
        case let operation as Convolution2D: convolution = operation
        case let operation as FusedConvolution2D where operation.pool == nil && !operation.addend:
            convolution = operation.convolution
        default: return false
        }
        let shape = ConvolutionShape(convolution, source: graph[node.operands[0]].type)
        guard shape.isDepthwise, shape.geometry.padTop >= 0, shape.geometry.padLeft >= 0,
            min(shape.height * shape.width, shape.geometry.outputHeight * shape.geometry.outputWidth) >= lanes
        else { return false }
        return graph.nodes.allSatisfy {
            !$0.operands.contains(node.results[0]) || $0.operation is Flatten || $0.operation is Reshape
        }
    }

    /// Whether a node works element by element on batched values of one shape.
    static func keepsLayout(_ node: Node, in graph: Graph) -> Bool {
        guard node.operation.expression != nil || node.operation is any BroadcastingOperator else { return false }
        let types = (node.operands + node.results).map { graph[$0].type }
        return types.allSatisfy { $0 == types[0] && $0.isBatched }
    }

    /// The border that a convolution or its gradients need around what they read.
    private static func borderDemand(
        of node: Node, by algorithm: ConvolutionAlgorithm, in graph: Graph, lanes: Int
    ) -> (ValueID, Border)? {
        func demand(_ convolution: Convolution2D, pool: [Int]? = nil) -> (ValueID, Border) {
            let shape = ConvolutionShape(convolution, source: graph[node.operands[0]].type)
            switch algorithm {
            case .direct: return (node.operands[0], shape.sourceBorder)
            case .winograd(let tile): return (node.operands[0], shape.squareBorder(tile: tile, pool: pool))
            case .winogradRows: return (node.operands[0], shape.rowBorder(lanes: lanes, pool: pool))
            }
        }
        switch node.operation {
        case let operation as Convolution2D: return demand(operation)
        case let operation as FusedConvolution2D: return demand(operation.convolution, pool: operation.pool)
        case let operation as Convolution2DWeightGradient: return demand(operation.convolution)
        case let operation as Convolution2DInputGradient where operation.convolution.stride == [1, 1]:
            let shape = ConvolutionShape(operation.convolution, source: graph[node.results[0]].type)
            if case .winograd(let tile) = algorithm {
                return (node.operands[1], shape.gradientSquareBorder(tile: tile))
            }
            return (node.operands[1], shape.gradientBorder)
        default: return nil
        }
    }

    private func root(_ index: Int) -> Int {
        var index = index
        while parent[index] != index { index = parent[index] }
        return index
    }

    private mutating func unite(_ first: Int, _ second: Int) {
        let (first, second) = (root(first), root(second))
        guard first != second else { return }
        parent[second] = first
        border[first].widen(to: border[second])
        isBlocked[first] = isBlocked[first] || isBlocked[second]
    }

    /// The border that the value's consumers ask for.
    func border(of value: ValueID) -> Border { border[root(value.index)] }

    /// Whether the value is made as a blocked picture.
    func isBlocked(_ value: ValueID) -> Bool { isBlocked[root(value.index)] && !isPlainOnly[value.index] }
}
