import ApusGraph

/// What follows an operator on codes and is computed with it: a sum with other codes, an activation, a pooling window, and the
/// quantization of the result, as far as nobody else reads what lies in between.
struct QuantizedTail {
    /// What an operator can compute beside an activation and the quantization.
    struct Abilities: OptionSet {
        let rawValue: Int
        /// The sum with a value of its result's shape that has codes.
        static let adds = Abilities(rawValue: 1)
        /// The greatest of each 2 × 2 window.
        static let pools = Abilities(rawValue: 2)
    }

    /// The nodes, in order.
    private(set) var nodes: [Int] = []
    /// The last of them; the operator's own where there are none.
    private(set) var last: Int
    /// What is added.
    private(set) var addend: ValueID?
    private(set) var activation = FusedActivation.none
    private(set) var pool: [Int]?
    /// What the result's bytes stand for; nil where it stays in f32.
    private(set) var grid: ByteGrid?

    private let known: QuantizedValues

    /// These nodes, the last of which makes codes, whatever they are.
    init(nodes: [Int], _ known: QuantizedValues) {
        self.known = known
        self.nodes = nodes
        last = nodes[nodes.count - 1]
    }

    /// - Parameter codes: the grid of an old value that has codes already.
    init(
        after number: Int, _ known: QuantizedValues, _ abilities: Abilities, codes: (ValueID) -> ByteGrid?
    ) {
        self.known = known
        last = number
        if abilities.contains(.adds), let next = known.index.soleConsumer(of: result(of: last)),
            let value = addend(of: next), codes(value) != nil
        {
            addend = value
            take(next)
        }
        let pools = abilities.contains(.pools) && addend == nil
        while let next = known.index.soleConsumer(of: result(of: last)), takeFunction(next, pools: pools) { take(next) }
        guard let next = known.index.soleConsumer(of: result(of: last)),
            known.graph.nodes[next].operation is QuantizeLinear,
            let grid = known.grid(known.graph.nodes[next], codes: type(of: next))
        else { return }
        self.grid = grid
        take(next)
        if pools, pool == nil { takeWindow(of: grid) }
    }

    /// What becomes of values: the type and the limits.
    var result: QuantizedResult {
        var result = grid.map { QuantizedResult(zero: $0.zero) } ?? QuantizedResult(.f32)
        let step = grid?.scale ?? 1
        switch activation {
        case .none: break
        case .relu: result.minimum = max(result.minimum, 0)
        case .clip(let minimum, let maximum):
            result.minimum = min(max(result.minimum, Double(Float(minimum / step))), result.maximum)
            result.maximum = max(min(result.maximum, Double(Float(maximum / step))), result.minimum)
        }
        return result
    }

    private func result(of number: Int) -> ValueID { known.graph.nodes[number].results[0] }

    private func type(of number: Int) -> ElementType { known.graph[result(of: number)].type.elementType }

    private mutating func take(_ number: Int) {
        nodes.append(number)
        last = number
    }

    /// What a node adds to the last one's result, if it is of the same shape.
    private func addend(of number: Int) -> ValueID? {
        let node = known.graph.nodes[number]
        guard node.operation is Add, let other = known.pattern.operand(beside: result(of: last), of: node),
            known.graph[other].type == known.graph[result(of: last)].type
        else { return nil }
        return other
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
