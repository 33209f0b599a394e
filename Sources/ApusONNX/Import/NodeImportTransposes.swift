import ApusGraph

// Transposes that undo each other, as exporters write them around recurrent layers. Left as they are, the batch would lie behind the
// steps in between, and a plan could not take its samples apart.
extension NodeImport {
    /// Nodes before this one among which that is looked for which made a value.
    private static var reach: Int { 256 }

    /// The node whose first result a value is, where that is near. O(1).
    func maker(of value: ValueID) -> Node? {
        state.editor.graph.nodes.suffix(Self.reach).last { $0.results.first == value }
    }

    /// What a transpose reads and how it turns that, where one makes the value. O(1).
    func turned(_ value: ValueID) -> (source: ValueID, permutation: [Int])? {
        guard let maker = maker(of: value), let transpose = maker.operation as? Transpose,
            let source = maker.operands.first
        else { return nil }
        let rank = rank(source)
        return (source, (transpose.permutation ?? Array((0..<rank).reversed())).map { $0 < 0 ? $0 + rank : $0 })
    }

    /// The value with its dimensions in another order. Two transposes in a row are one, or none.
    mutating func transpose(_ value: ValueID, _ permutation: [Int]) throws(NodeFailure) -> ValueID {
        let rank = rank(value)
        let order = permutation.map { $0 < 0 ? $0 + rank : $0 }
        // What is wrong with others, the operator says.
        guard order.sorted() == Array(0..<rank) else { return try apply(Transpose(permutation: permutation), value) }
        if order == Array(0..<rank) { return value }
        guard let (source, before) = turned(value) else { return try apply(Transpose(permutation: order), value) }
        let joined = order.map { before[$0] }
        return joined == Array(0..<rank) ? source : try apply(Transpose(permutation: joined), source)
    }

    /// The value without dimensions of 1; behind a transpose, the transpose comes last.
    mutating func squeeze(_ value: ValueID, _ axes: [Int]?) throws(NodeFailure) -> ValueID {
        let rank = rank(value)
        let dropped = Set((axes ?? []).map { $0 < 0 ? $0 + rank : $0 })
        guard !dropped.isEmpty, dropped.isSubset(of: 0..<rank), let (source, permutation) = turned(value) else {
            return try apply(Squeeze(axes: axes), value)
        }
        let inner = try apply(Squeeze(axes: dropped.map { permutation[$0] }.sorted()), source)
        let kept = permutation.indices.filter { !dropped.contains($0) }.map { permutation[$0] }
        return try transpose(inner, kept.map { axis in kept.count { $0 < axis } })
    }
}
