package import ApusGraph

/// Lets convolutions compute only the rows and columns that somebody reads.
///
/// Floor pooling of a 7×7 image by 2×2 windows never reads row and column 7, so the convolution before it computes 6×6:
/// its `trim` becomes `[1, 1]`, and every type downstream follows. Outputs, and operands of operators that the pass does
/// not know to be local, are needed as a whole.
package struct Trim: Pass {
    public let name = "trim"

    public init() {}

    public func apply(to model: Model) throws(PassError) -> Model {
        var model = model
        let graph = model.graph
        let extents = NeededExtents(graph)
        guard extents.isSmaller else { return model }
        var rewriter = try GraphRewriter(graph, pass: self)
        for node in graph.nodes {
            try rewriter.replace(node.results, with: extents.trimmed(node), rewriter[node.operands])
        }
        model.graph = rewriter.finish()
        return model
    }
}

/// For each image-shaped value, how many of its rows and columns must exist.
///
/// The least solution of the rules in ``visit(_:)``: it starts from what is read from outside and only ever grows, so it
/// is found by going through the nodes until nothing changes.
private struct NeededExtents {
    private let graph: Graph
    /// Rows and columns of each value; empty where it has none.
    private let full: [[Int]]
    private var needed: [[Int]]
    private var changed = false

    init(_ graph: Graph) {
        self.graph = graph
        full = graph.values.map { value in
            let extents = value.type.dimensions.suffix(2).compactMap(\.number)
            return value.type.rank == 4 && extents.count == 2 ? extents : []
        }
        needed = full.map { $0.map { _ in 1 } }
        let given = graph.inputs + graph.parameters.map(\.value) + graph.constants.map(\.value)
        for value in given + graph.roots { needWhole(value) }
        // Needs spread both ways, from results to operands and back, so the nodes are gone through in either direction in turn.
        repeat {
            changed = false
            for node in graph.nodes.reversed() { visit(node) }
            if changed { for node in graph.nodes { visit(node) } }
        } while changed
    }

    var isSmaller: Bool { needed != full }

    private mutating func need(_ value: ValueID, _ extents: [Int]) {
        for (axis, extent) in extents.enumerated() where extent > needed[value.index][axis] {
            needed[value.index][axis] = extent
            changed = true
        }
    }

    private mutating func needWhole(_ value: ValueID) { need(value, full[value.index]) }

    private mutating func visit(_ node: Node) {
        guard let operand = node.operands.first, let result = node.results.first else {
            return node.results.forEach { needWhole($0) }
        }
        switch node.operation.trimming(image: full[operand.index]) {
        case .whole: (node.operands + node.results).forEach { needWhole($0) }
        case .perChannel:
            tie([operand, result])
            node.operands.dropFirst().forEach { needWhole($0) }
        case .broadcast:
            let shape = graph[result].type.dimensions
            let others = node.operands.filter { graph[$0].type.dimensions != shape }
            tie(node.operands.filter { graph[$0].type.dimensions == shape } + [result])
            others.forEach { needWhole($0) }
            // An operand with rows or columns of its own that is stretched over the rest fits only the whole.
            if others.contains(where: { graph[$0].type.dimensions.suffix(2).contains { $0 != .fixed(1) } }) {
                needWhole(result)
            }
        case .windows(let windows): visit(windows, node)
        }
    }

    private mutating func visit(_ windows: TrimmedWindows, _ node: Node) {
        let (image, result) = (node.operands[0], node.results[0])
        node.operands.dropFirst().forEach { needWhole($0) }
        guard !full[result.index].isEmpty else { return needWhole(image) }
        need(
            image, (0..<2).map { min(full[image.index][$0], windows.reach(needed[result.index][$0], axis: $0)) })
        if !windows.leavesOut {
            need(result, (0..<2).map { windows.count(needed[image.index][$0], axis: $0) })
        }
    }

    /// Values whose extents must be equal.
    private mutating func tie(_ values: [ValueID]) {
        for value in values where !full[value.index].isEmpty {
            for other in values { need(other, needed[value.index]) }
        }
    }

    /// The node's operator for operands and results of the needed extents.
    func trimmed(_ node: Node) -> any Operator {
        guard let image = node.operands.first?.index, let result = node.results.first?.index, !full[image].isEmpty,
            !full[result].isEmpty
        else { return node.operation }
        return node.operation.trimmed(input: (full[image], needed[image]), output: needed[result])
    }
}
