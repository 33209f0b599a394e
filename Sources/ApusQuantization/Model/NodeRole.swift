import ApusGraph

/// What integers make of an operator.
package enum NodeRole: Sendable, Equatable {
    /// A convolution or dense layer, whose sums are whole numbers.
    case layer
    /// Its results have elements of its first operand: the codes stay what they are.
    case move
    /// Its result has the elements of its operands, which must mean the same.
    case join
    /// A sum of integers of two scales, of one shape, or a mean of integers.
    case arithmetic
    /// A bound, which can be part of how the result before it is rounded.
    case clamp
    /// One number for each code: a table.
    case table
    /// What has no form in integers.
    case float

    /// - Parameter isLayer: whether the node is one of ``FloatModel/layers``.
    init(_ node: Node, in graph: Graph, isLayer: Bool) {
        guard node.operands.first.map({ graph[$0].type.elementType == .f32 }) == true,
            node.results.allSatisfy({ graph[$0].type.elementType == .f32 && graph[$0].type.isBatched })
        else {
            self = .float
            return
        }
        switch node.operation {
        case _ where isLayer: self = .layer
        case is MaxPool2D: self = .move
        case let pad as PadConstant: self = pad.value == 0 ? .move : .float
        case is Concat: self = .join
        case is Add:
            let isEven = node.operands.count == 2 && graph[node.operands[0]].type == graph[node.operands[1]].type
            self = isEven ? .arithmetic : .float
        case is AveragePool2D, is GlobalAveragePool: self = .arithmetic
        case let mean as ReduceMean:
            let isGlobal = mean.keep && mean.axes == [2, 3] && graph[node.operands[0]].type.rank == 4
            self = isGlobal ? .arithmetic : .float
        case is Relu, is Clip: self = .clamp
        case _ where node.operation.movesElements: self = .move
        default: self = Self.tabulated.contains(node.operation.name) && node.operands.count == 1 ? .table : .float
        }
    }

    /// The activation functions. Functions that grow without bounds or have poles are not worth a table.
    private static let tabulated: Set<String> = [
        LeakyRelu.name, Elu.name, Selu.name, Celu.name, Gelu.name, QuickGelu.name, Silu.name, Mish.name,
        HardSigmoid.name, HardSwish.name, Softplus.name, Softsign.name, ThresholdedRelu.name, Sigmoid.name, Tanh.name,
    ]
}
