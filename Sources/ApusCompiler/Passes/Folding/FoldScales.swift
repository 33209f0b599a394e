package import ApusGraph

/// Moves what multiplies or shifts each channel behind a convolution or a dense layer into that layer's weight and bias, chains of them
/// too: `(w · x + b) · s + t = (w · s) · x + (b · s + t)`.
///
/// The new weight and bias are computed in the graph, which ``FoldConstants`` then evaluates.
package struct FoldScales: Pass {
    public let name = "fold-scales"

    public init() {}

    /// A layer that is not emitted yet, since what follows may change it.
    private struct Layer {
        var operation: any Operator
        var channels: Int
        /// In the new graph.
        var operands: [ValueID]
    }

    public func apply(to model: Model) throws(PassError) -> Model {
        guard model.graph.nodes.contains(where: { Self.isScaling($0.operation) }) else { return model }
        let index = GraphIndex(model.graph)
        let fixed = FixedValues(model.graph)
        let candidates = model.graph.nodes.filter { Self.channels($0) != nil && follower(of: $0, index, fixed) != nil }
        guard !candidates.isEmpty else { return model }
        var model = model
        var rewriter = try GraphRewriter(model.graph, pass: self)
        var waiting: [ValueID: Layer] = [:]
        for node in model.graph.nodes {
            let result = node.results[0]
            var layer: Layer?
            if let channels = Self.channels(node) {
                layer = Layer(operation: node.operation, channels: channels, operands: rewriter[node.operands])
            } else if let (made, vector) = Self.parts(node, index, fixed),
                let before = waiting.removeValue(forKey: made)
            {
                layer = try scaled(before, by: node, vector, &rewriter)
            }
            guard let layer else {
                try rewriter.keep(node)
                continue
            }
            if follower(of: node, index, fixed) != nil {
                waiting[result] = layer
            } else {
                try rewriter.replace(node.results, with: layer.operation, layer.operands)
            }
        }
        model.graph = rewriter.finish()
        return model
    }

    /// The channels or units of a layer.
    private static func channels(_ node: Node) -> Int? {
        switch node.operation {
        case let convolution as Convolution2D: convolution.filters
        case let dense as Dense: dense.units
        default: nil
        }
    }

    /// The node that scales or shifts the channels of what a node makes, and is its only reader.
    private func follower(of node: Node, _ index: GraphIndex, _ fixed: FixedValues) -> Node? {
        guard let number = index.soleConsumer(of: node.results[0]) else { return nil }
        let next = index.graph.nodes[number]
        guard let (made, _) = Self.parts(next, index, fixed), made == node.results[0] else { return nil }
        return next
    }

    /// Of a node that scales or shifts each channel: what it does so to, and the numbers.
    private static func parts(
        _ node: Node, _ index: GraphIndex, _ fixed: FixedValues
    ) -> (made: ValueID, vector: ValueID)? {
        guard node.operands.count == 2, isScaling(node.operation)
        else { return nil }
        let graph = index.graph
        let result = graph[node.results[0]].type
        let isOrdered = node.operation is Subtract || node.operation is Divide
        for (first, second) in isOrdered ? [(0, 1)] : [(0, 1), (1, 0)] {
            let (made, vector) = (node.operands[first], node.operands[second])
            guard graph[made].type == result, fixed.contains(vector), isChannels(graph[vector].type, of: result)
            else { continue }
            return (made, vector)
        }
        return nil
    }

    private static func isScaling(_ operation: any Operator) -> Bool {
        operation is Multiply || operation is Add || operation is Subtract || operation is Divide
    }

    private static func isChannels(_ type: TensorType, of result: TensorType) -> Bool {
        if result.rank == 4 { return type.isChannelVector(of: result) }
        let shape = type.shape ?? [0]
        return result.rank == 2 && type.elementType == result.elementType
            && (shape.reduce(1, *) == 1 && shape.count <= 2
                || shape.last == result.dimensions[1].number && shape.dropLast().allSatisfy { $0 == 1 })
    }

    private func scaled(
        _ layer: Layer, by node: Node, _ vector: ValueID, _ rewriter: inout GraphRewriter
    ) throws(PassError) -> Layer {
        let stem = rewriter.source[node.results[0]].name
        var layer = layer
        let count = rewriter.source[vector].type.shape?.reduce(1, *) ?? 1
        let numbers = try rewriter.emit(
            Reshape(whole: [.fixed(count)]), [rewriter[vector]], named: "\(stem).numbers")
        if node.operation is Multiply || node.operation is Divide {
            let rank = rewriter.type(layer.operands[1]).rank
            let column = try rewriter.emit(
                Reshape(whole: [.fixed(count)] + Array(repeating: 1, count: rank - 1)), [numbers],
                named: "\(stem).column")
            layer.operands[1] = try rewriter.emit(
                node.operation, [layer.operands[1], column], named: "\(stem).weight")
            if layer.operands.count > 2 {
                layer.operands[2] = try rewriter.emit(
                    node.operation, [layer.operands[2], numbers], named: "\(stem).bias")
            }
            return layer
        }
        if layer.operands.count == 2 {
            let zeros = try rewriter.addConstant(
                rewriter.freshName("\(stem).zeros"), TensorType(.f32, [.fixed(layer.channels)]),
                elements: .numbers(Array(repeating: 0, count: layer.channels)))
            layer.operands.append(zeros)
            switch layer.operation {
            case var convolution as Convolution2D:
                convolution.bias = true
                layer.operation = convolution
            case var dense as Dense:
                dense.bias = true
                layer.operation = dense
            default: break
            }
        }
        layer.operands[2] = try rewriter.emit(node.operation, [layer.operands[2], numbers], named: "\(stem).bias")
        return layer
    }
}
