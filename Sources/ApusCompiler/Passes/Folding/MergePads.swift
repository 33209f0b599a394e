package import ApusGraph

/// Takes a margin of zeros around an image into the padding of the convolution or average pool that reads it.
package struct MergePads: Pass {
    public let name = "merge-pads"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        guard model.graph.nodes.contains(where: { $0.operation is PadConstant }) else { return model }
        var model = model
        let index = GraphIndex(model.graph)
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for node in model.graph.nodes {
            guard let pad = index.producer(of: node.operands.first ?? node.results[0]),
                let margin = Self.margin(pad), let merged = Self.padded(node.operation, by: margin)
            else {
                try rewriter.keep(node)
                continue
            }
            let operands = [pad.operands[0]] + node.operands.dropFirst()
            try rewriter.replace(node.results, with: merged, rewriter[operands])
        }
        model.graph = rewriter.finish()
        return model
    }

    /// The margin that a pad of images with zeros makes; nil for other nodes.
    private static func margin(_ node: Node) -> Padding? {
        guard let pad = node.operation as? PadConstant, pad.value == 0, pad.before.count == 4,
            pad.before.prefix(2) + pad.after.prefix(2) == [0, 0, 0, 0],
            (pad.before + pad.after).allSatisfy({ $0 >= 0 })
        else { return nil }
        return .explicit(top: pad.before[2], left: pad.before[3], bottom: pad.after[2], right: pad.after[3])
    }

    /// The operator with a margin in its own padding; nil where it can't take one.
    private static func padded(_ operation: any Operator, by margin: Padding) -> (any Operator)? {
        switch operation {
        case var convolution as Convolution2D:
            guard let padding = convolution.padding.widened(by: margin) else { return nil }
            convolution.padding = padding
            return convolution
        case var pool as AveragePool2D:
            // Its own padding must count as zeros too, and its windows must reach into the image.
            guard pool.padding == .zero || pool.countPadding, let padding = pool.padding.widened(by: margin),
                case .explicit(let top, let left, let bottom, let right) = padding,
                max(top, bottom) < pool.window[0], max(left, right) < pool.window[1], !pool.ceil
            else { return nil }
            pool.padding = padding
            pool.countPadding = true
            return pool
        default: return nil
        }
    }
}

extension Padding {
    /// Both paddings; nil where one of them follows from the image's size.
    fileprivate func widened(by other: Padding) -> Padding? {
        guard case .explicit(let top, let left, let bottom, let right) = self,
            case .explicit(let above, let before, let below, let behind) = other
        else { return nil }
        return .explicit(top: top + above, left: left + before, bottom: bottom + below, right: right + behind)
    }
}
