package import ApusGraph

/// Makes one transpose of several in a row, takes those out that change nothing, and moves them behind element-wise operators, joins and
/// margins where so many meet that fewer are left.
package struct MergeTransposes: Pass {
    public let name = "merge-transposes"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        guard model.graph.nodes.contains(where: { $0.operation is Transpose }) else { return model }
        var merged = model
        merged.graph = try rewritten(model.graph, moves: false)
        var moved = model
        moved.graph = try rewritten(model.graph, moves: true)
        return work(moved.graph) < work(merged.graph) ? moved : merged
    }

    /// Elements of a sample that needed transposes move.
    private func work(_ graph: Graph) -> Int {
        var needed = Set(graph.roots)
        var work = 0
        for node in graph.nodes.reversed() where node.results.contains(where: needed.contains) {
            needed.formUnion(node.operands)
            guard node.operation is Transpose, !node.operands.allSatisfy({ isFixed($0, graph) }) else { continue }
            work += graph[node.results[0]].type.sampleElements ?? 1
        }
        return work
    }

    private func isFixed(_ value: ValueID, _ graph: Graph) -> Bool {
        graph.constants.contains { $0.value == value } || graph.parameters.contains { $0.value == value }
    }

    private func rewritten(_ graph: Graph, moves: Bool) throws(PassError) -> Graph {
        var rewriter = try GraphRewriter(graph, pass: self)
        var transposed = TransposedValues()
        for node in graph.nodes {
            let operands = rewriter[node.operands]
            if let transpose = node.operation as? Transpose {
                let order = transpose.order(rank: rewriter.type(operands[0]).rank)
                let (origin, inner) = transposed[operands[0]] ?? (operands[0], Array(order.indices))
                let whole = order.map { inner[$0] }
                if whole == Array(whole.indices), rewriter.merge(node.results[0], into: origin) { continue }
                try rewriter.replace(node.results, with: Transpose(permutation: whole), [origin])
                transposed.note(rewriter[node.results[0]], is: origin, in: whole)
            } else if moves, let before = TransposedCall(node, operands, transposed, rewriter) {
                let stem = graph[node.results[0]].name
                var origins: [ValueID] = []
                for operand in before.operands {
                    origins.append(try operand.make(&rewriter, named: stem, before.order))
                }
                let made = try rewriter.emit(before.operation, origins, named: "\(stem).before")
                try rewriter.replace(node.results, with: Transpose(permutation: before.order), [made])
                transposed.note(rewriter[node.results[0]], is: made, in: before.order)
            } else {
                try rewriter.keep(node)
            }
        }
        return rewriter.finish()
    }
}

/// Values of the new graph that are transposes of others.
struct TransposedValues {
    private var origins: [ValueID: (origin: ValueID, order: [Int])] = [:]

    subscript(_ value: ValueID) -> (origin: ValueID, order: [Int])? { origins[value] }

    mutating func note(_ value: ValueID, is origin: ValueID, in order: [Int]) { origins[value] = (origin, order) }
}

/// A call on transposed values as a call on those before the transposes.
private struct TransposedCall {
    enum Operand {
        case origin(ValueID)
        /// The same for every order of the dimensions.
        case scalar(ValueID)
        /// A parameter or constant, whose dimensions go the way back.
        case fixed(ValueID)

        func make(
            _ rewriter: inout GraphRewriter, named stem: String, _ order: [Int]
        ) throws(PassError) -> ValueID {
            switch self {
            case .origin(let value), .scalar(let value): return value
            case .fixed(let value):
                let type = rewriter.type(value)
                let missing = Array(repeating: Dimension.fixed(1), count: order.count - type.rank)
                let whole = try rewriter.emit(
                    Reshape(whole: missing + type.dimensions), [value], named: "\(stem).whole")
                let back = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
                return try rewriter.emit(Transpose(permutation: back), [whole], named: "\(stem).back")
            }
        }
    }

    let operation: any Operator
    let operands: [Operand]
    /// What puts the result's dimensions into the order of the node's.
    let order: [Int]

    init?(_ node: Node, _ values: [ValueID], _ transposed: TransposedValues, _ rewriter: GraphRewriter) {
        guard let first = values.lazy.compactMap({ transposed[$0]?.order }).first, node.results.count == 1,
            rewriter.source[node.results[0]].type.rank == first.count
        else { return nil }
        order = first
        var operands: [Operand] = []
        for value in values {
            let type = rewriter.type(value)
            if let (origin, order) = transposed[value] {
                guard order == first else { return nil }
                operands.append(.origin(origin))
            } else if type.shape?.allSatisfy({ $0 == 1 }) ?? false, type.rank <= first.count {
                operands.append(.scalar(value))
            } else if type.shape != nil, type.rank <= first.count, rewriter.isFixed(value) {
                operands.append(.fixed(value))
            } else {
                return nil
            }
        }
        self.operands = operands
        let isAlike = operands.allSatisfy { if case .origin = $0 { true } else { false } }
        switch node.operation {
        case let concat as Concat where isAlike:
            let axis = concat.axis < 0 ? concat.axis + first.count : concat.axis
            operation = Concat(axis: first[axis])
        case let pad as PadConstant where isAlike:
            func back(_ margins: [Int]) -> [Int] {
                margins.indices.map { axis in first.firstIndex(of: axis).map { margins[$0] } ?? 0 }
            }
            operation = PadConstant(before: back(pad.before), after: back(pad.after), value: pad.value)
        case let elementwise where elementwise.asElementwise != nil || elementwise.expression != nil:
            // One that has a number for each channel must find the channels where they were.
            operation = elementwise
        default: return nil
        }
    }
}
