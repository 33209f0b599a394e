public import ApusGraph

/// Lets convolutions compute only the rows and columns that somebody reads.
///
/// Floor pooling of a 7×7 picture by 2×2 windows never reads row and column 7, so the convolution before it computes 6×6:
/// its `trim` becomes `[1, 1]`, and every type downstream follows. Outputs, and operands of operators that the pass does
/// not know to be local, are needed as a whole.
public struct Trim: Pass {
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

/// For each picture-shaped value, how many of its rows and columns must exist.
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
        repeat {
            changed = false
            for node in graph.nodes.reversed() { visit(node) }
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
        let result = node.results[0]
        switch node.operation {
        case is Convolution2D, is MaxPool2D, is AveragePool2D:
            visitWindows(node)
        case is BatchNorm:
            tie([node.operands[0], result])
            node.operands.dropFirst().forEach { needWhole($0) }
        case is Add, is Multiply:
            let others = node.operands.filter { graph[$0].type != graph[result].type }
            tie(node.operands.filter { graph[$0].type == graph[result].type } + [result])
            others.forEach { needWhole($0) }
            // An operand with rows or columns of its own that is stretched over the rest fits only the whole.
            if others.contains(where: { graph[$0].type.dimensions.suffix(2).contains { $0 != .fixed(1) } }) {
                needWhole(result)
            }
        case let operation where operation.expression != nil:
            tie(node.operands + node.results)
        default:
            (node.operands + node.results).forEach { needWhole($0) }
        }
    }

    private mutating func visitWindows(_ node: Node) {
        let (picture, result) = (node.operands[0], node.results[0])
        node.operands.dropFirst().forEach { needWhole($0) }
        guard !full[picture.index].isEmpty, !full[result.index].isEmpty,
            let windows = Windows(node.operation, input: full[picture.index])
        else {
            needWhole(picture)
            needWhole(result)
            return
        }
        need(
            picture, (0..<2).map { min(full[picture.index][$0], windows.reach(needed[result.index][$0], axis: $0)) })
        // A convolution can leave out what its input would allow; pooling computes all of it.
        if !(node.operation is Convolution2D) {
            need(result, (0..<2).map { windows.count(needed[picture.index][$0], axis: $0) })
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
        guard let picture = node.operands.first, !full[picture.index].isEmpty,
            let windows = Windows(node.operation, input: full[picture.index])
        else { return node.operation }
        let (input, output) = (needed[picture.index], needed[node.results[0].index])
        let isInputWhole = input == full[picture.index]
        switch node.operation {
        case var convolution as Convolution2D:
            if !isInputWhole { convolution.padding = windows.padding(input: input) }
            convolution.trim = (0..<2).map { windows.count(input[$0], axis: $0) - output[$0] }
            return convolution
        case var pool as MaxPool2D:
            if !isInputWhole { pool.padding = windows.padding(input: input) }
            return pool
        case var pool as AveragePool2D:
            if !isInputWhole { pool.padding = windows.padding(input: input) }
            return pool
        default:
            return node.operation
        }
    }
}

/// Windows with resolved padding, that move over a picture of which the far edge may be cut off.
private struct Windows {
    private let size: [Int]
    private let stride: [Int]
    private let dilation: [Int]
    private let before: [Int]
    private let after: [Int]
    private let whole: [Int]

    /// Nil for operators that do not work on windows.
    init?(_ operation: any Operator, input: [Int]) {
        let geometry: WindowGeometry
        switch operation {
        case let convolution as Convolution2D:
            geometry = convolution.geometry(height: input[0], width: input[1])
            (size, stride, dilation) = (convolution.kernel, convolution.stride, convolution.dilation)
        case let pool as MaxPool2D:
            geometry = pool.geometry(height: input[0], width: input[1])
            (size, stride, dilation) = (pool.window, pool.stride, [1, 1])
        case let pool as AveragePool2D:
            geometry = pool.geometry(height: input[0], width: input[1])
            (size, stride, dilation) = (pool.window, pool.stride, [1, 1])
        default: return nil
        }
        before = [geometry.padTop, geometry.padLeft]
        after = [geometry.padBottom, geometry.padRight]
        whole = input
    }

    private func span(_ axis: Int) -> Int { dilation[axis] * (size[axis] - 1) + 1 }

    /// How many rows or columns, from the near edge on, the first `outputs` windows read; they may reach beyond the picture.
    func reach(_ outputs: Int, axis: Int) -> Int {
        max(1, (outputs - 1) * stride[axis] + span(axis) - before[axis])
    }

    /// How many windows fit on the first `input` rows or columns.
    func count(_ input: Int, axis: Int) -> Int {
        let room = input + before[axis] + padding(after: input, axis) - span(axis)
        return room < 0 ? 0 : room / stride[axis] + 1
    }

    /// The padding at the far edge: none where the edge is cut off, because no needed window reaches there.
    private func padding(after input: Int, _ axis: Int) -> Int { input < whole[axis] ? 0 : after[axis] }

    func padding(input: [Int]) -> Padding {
        .explicit(
            top: before[0], left: before[1], bottom: padding(after: input[0], 0), right: padding(after: input[1], 1))
    }
}
