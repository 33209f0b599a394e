package import ApusGraph

/// Fuses convolution, rectifier and max-pool of a training graph together with their backward twins.
///
/// The convolution stores for each window which place it chose, or 255 where the rectifier let nothing through. That byte is
/// all that the backward pass needs: `max_unpool2d(argmax, dy)` stands for `relu_gradient` and `max_pool2d_gradient`, and
/// the unpooled activations, by far the largest values of the graph, are never stored.
///
/// What lies in between must be read by exactly the twins.
package struct FuseGradients: Pass {
    public let name = "fuse-gradients"

    public init() {}

    private struct Match {
        var convolution: Node
        var activation: FusedActivation
        var window: [Int]
        /// Height and width of what is pooled.
        var pooled: [Int]
        /// The last node of the forward pattern, whose result the fused convolution makes.
        var forward: Int
        /// The last node of the backward pattern, whose result the unpooling makes.
        var backward: Int
        /// The gradient that comes into the backward pattern.
        var gradient: ValueID
        /// All nodes of both.
        var members: [Int]
    }

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let matcher = Matcher(index: GraphIndex(model.graph))
        let matches = model.graph.nodes.indices.compactMap { matcher.match($0) }
        guard !matches.isEmpty else { return model }
        let absorbed = Set(matches.flatMap(\.members))
        let forward = Dictionary(uniqueKeysWithValues: matches.map { ($0.forward, $0) })
        let backward = Dictionary(uniqueKeysWithValues: matches.map { ($0.backward, $0) })
        var argmaxes: [Int: ValueID] = [:]
        var rewriter = try GraphRewriter(model.graph, pass: self)
        for (number, node) in model.graph.nodes.enumerated() {
            if let match = forward[number], let convolution = match.convolution.operation as? Convolution2D {
                let name = model.graph[node.results[0]].name
                let results = try rewriter.apply(
                    FusedConvolution2D(
                        convolution: convolution, activation: match.activation, pool: match.window, argmax: true),
                    to: rewriter[match.convolution.operands], names: [name, rewriter.freshName("\(name).argmax")])
                rewriter.substitute(results[0], for: node.results[0])
                argmaxes[match.backward] = results[1]
            } else if let match = backward[number], let argmax = argmaxes[number] {
                try rewriter.replace(
                    node.results, with: MaxUnpool2D(window: match.window, input: match.pooled),
                    [argmax, rewriter[match.gradient]])
            } else if !absorbed.contains(number) {
                try rewriter.keep(node)
            }
        }
        model.graph = rewriter.finish()
        return model
    }

    private struct Matcher {
        let index: GraphIndex

        private var nodes: [Node] { index.graph.nodes }

        /// The pattern that starts with this node.
        func match(_ number: Int) -> Match? {
            let node = nodes[number]
            guard node.operation is Convolution2D,
                let readers = index.privateConsumers(of: node.results[0])
            else { return nil }
            if readers.count == 1 { return rectifiedThenPooled(number, relu: readers[0]) }
            return pooledFirst(number, readers)
        }

        /// conv → relu → max_pool, and back max_pool_gradient → relu_gradient.
        private func rectifiedThenPooled(_ convolution: Int, relu: Int) -> Match? {
            guard nodes[relu].operation is Relu else { return nil }
            let activation = nodes[relu].results[0]
            guard let readers = index.privateConsumers(of: activation), readers.count == 3,
                let (pool, poolGradient) = pooling(of: activation, among: readers),
                let reluGradient = readers.first(where: { nodes[$0].operation is ReluGradient }),
                nodes[reluGradient].operands == [activation, nodes[poolGradient].results[0]],
                index.soleConsumer(of: nodes[poolGradient].results[0]) == reluGradient
            else { return nil }
            return make(
                convolution, .relu, pooled: activation, pool: pool, forward: pool, backward: reluGradient,
                gradient: nodes[poolGradient].operands[1], others: [relu, poolGradient])
        }

        /// conv → max_pool and back; where a relu follows the pool, with it.
        private func pooledFirst(_ convolution: Int, _ readers: [Int]) -> Match? {
            let value = nodes[convolution].results[0]
            guard readers.count == 2, let (pool, poolGradient) = pooling(of: value, among: readers) else { return nil }
            if let relu = index.soleConsumer(of: nodes[pool].results[0]), nodes[relu].operation is Relu,
                let twin = index.producer(of: nodes[poolGradient].operands[1]), twin.operation is ReluGradient,
                twin.operands[0] == nodes[relu].results[0],
                index.soleConsumer(of: twin.results[0]) == poolGradient,
                let reluGradient = index.number(of: twin.results[0])
            {
                return make(
                    convolution, .relu, pooled: value, pool: pool, forward: relu, backward: poolGradient,
                    gradient: twin.operands[1], others: [pool, reluGradient])
            }
            return make(
                convolution, .none, pooled: value, pool: pool, forward: pool, backward: poolGradient,
                gradient: nodes[poolGradient].operands[1], others: [])
        }

        /// A max-pool that can be fused and its gradient among the readers of `value`.
        private func pooling(of value: ValueID, among readers: [Int]) -> (pool: Int, gradient: Int)? {
            for pool in readers {
                guard let operation = nodes[pool].operation as? MaxPool2D,
                    operation.isFusable(over: index.graph[value].type)
                else { continue }
                for gradient in readers {
                    guard let twin = nodes[gradient].operation as? MaxPool2DGradient,
                        twin.pool.isSame(as: operation), nodes[gradient].operands[0] == value,
                        nodes[gradient].operands[1] != value
                    else { continue }
                    return (pool, gradient)
                }
            }
            return nil
        }

        private func make(
            _ convolution: Int, _ activation: FusedActivation, pooled: ValueID, pool: Int, forward: Int,
            backward: Int, gradient: ValueID, others: [Int]
        ) -> Match? {
            guard let window = (nodes[pool].operation as? MaxPool2D)?.window else { return nil }
            return Match(
                convolution: nodes[convolution], activation: activation, window: window,
                pooled: index.graph[pooled].type.dimensions.suffix(2).compactMap(\.number), forward: forward,
                backward: backward, gradient: gradient, members: [convolution, forward, backward] + others)
        }
    }
}
