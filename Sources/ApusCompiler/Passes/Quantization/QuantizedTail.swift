import ApusGraph

/// What follows a layer and is computed with it: an activation, a pooling window, and the quantization of the result, as far as nobody else
/// reads what lies in between.
struct QuantizedTail {
    /// The nodes, in order.
    private(set) var nodes: [Int] = []
    /// The last of them; the layer's own where there are none.
    private(set) var last: Int
    private(set) var activation = FusedActivation.none
    private(set) var pool: [Int]?
    /// What the result's bytes stand for; nil where it stays in f32.
    private(set) var grid: ByteGrid?

    private let known: QuantizedValues

    /// - Parameter pools: whether the layer can take the greatest of each 2 × 2 window.
    init(after number: Int, _ known: QuantizedValues, pools: Bool) {
        self.known = known
        last = number
        while let next = known.index.soleConsumer(of: result(of: last)), takeFunction(next, pools: pools) { take(next) }
        guard let next = known.index.soleConsumer(of: result(of: last)),
            known.graph.nodes[next].operation is QuantizeLinear,
            let grid = known.grid(known.graph.nodes[next], codes: type(of: next))
        else { return }
        self.grid = grid
        take(next)
        if pools, pool == nil { takeWindow(of: grid) }
    }

    private func result(of number: Int) -> ValueID { known.graph.nodes[number].results[0] }

    private func type(of number: Int) -> ElementType { known.graph[result(of: number)].type.elementType }

    private mutating func take(_ number: Int) {
        nodes.append(number)
        last = number
    }

    /// Notes the activation or the pooling window that a node is; false where it is neither, or one more.
    private mutating func takeFunction(_ number: Int, pools: Bool) -> Bool {
        if activation == .none, let next = FusedActivation(known.graph.nodes[number].operation) {
            activation = next
            return true
        }
        guard pools, pool == nil, let window = window(number) else { return false }
        pool = window
        return true
    }

    /// The window of a max-pool that the layer can compute.
    private func window(_ number: Int) -> [Int]? {
        let node = known.graph.nodes[number]
        guard let next = node.operation as? MaxPool2D, next.window == [2, 2],
            next.isFusable(over: known.graph[node.operands[0]].type)
        else { return nil }
        return next.window
    }

    /// Takes in a max-pool of the numbers that the codes stand for: the greatest number is that of the greatest code.
    private mutating func takeWindow(of grid: ByteGrid) {
        let codes = type(of: last)
        guard let next = known.index.soleConsumer(of: result(of: last)),
            known.graph.nodes[next].operation is DequantizeLinear,
            known.grid(known.graph.nodes[next], codes: codes) == grid,
            let third = known.index.soleConsumer(of: result(of: next)), let window = window(third)
        else { return }
        pool = window
        take(next)
        take(third)
    }
}
