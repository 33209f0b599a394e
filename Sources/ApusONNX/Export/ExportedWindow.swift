import ApusGraph

/// The window of a convolution or pool with its padding in numbers, as ONNX takes it. All lists have a number for each dimension,
/// outermost first.
struct ExportedWindow {
    var size: [Int]
    var stride: [Int]
    var dilation: [Int]
    var before: [Int]
    var after: [Int]

    /// From the first to the last place of a window.
    private func span(_ axis: Int) -> Int { dilation[axis] * (size[axis] - 1) + 1 }

    /// Pads by what makes the output ceil(input / stride) large, more of it behind.
    fileprivate mutating func padSame(_ extents: [Int]) {
        for axis in size.indices {
            let count = (extents[axis] + stride[axis] - 1) / stride[axis]
            let total = max((count - 1) * stride[axis] + span(axis) - extents[axis], 0)
            before[axis] = total / 2
            after[axis] = total - total / 2
        }
    }

    /// How far the last windows reach, counted from the padded beginning, where those that reach over the padded end count too.
    func ends(_ extents: [Int]) -> [Int] {
        size.indices.map { axis in
            let room = extents[axis] + before[axis] + after[axis] - span(axis)
            var count = (room + stride[axis] - 1) / stride[axis] + 1
            // A last window that begins in the padding behind the input has nothing to see.
            if (count - 1) * stride[axis] >= extents[axis] + before[axis] { count -= 1 }
            return (count - 1) * stride[axis] + span(axis)
        }
    }

    /// Pads so far that the last windows that reach over the end are whole.
    mutating func padPartialWindows(_ extents: [Int]) {
        let ends = ends(extents)
        for axis in size.indices { after[axis] = max(after[axis], ends[axis] - extents[axis] - before[axis]) }
    }

    var pads: ExportAttribute { .ints(before + after) }
}

extension NodeExport {
    /// The window that the call's attributes say.
    ///
    /// - Parameters:
    ///   - word: `kernel` or `window`.
    ///   - strideIsSize: whether a stride that is left out is the window's size, as for pools.
    func window(_ word: String, strideIsSize: Bool = false) throws(NodeFailure) -> ExportedWindow {
        let rank = rank() - 2
        let size = ints(word, count: rank, default: 1)
        let padding = ints("padding", count: 2 * rank, default: 0)
        let isStrided = node.operation.attributes.contains { $0.name == "stride" }
        var window = ExportedWindow(
            size: size, stride: strideIsSize && !isStrided ? size : ints("stride", count: rank, default: 1),
            dilation: ints("dilation", count: rank, default: 1), before: Array(padding.prefix(rank)),
            after: Array(padding.suffix(rank)))
        if isPaddedSame { window.padSame(try extents()) }
        return window
    }

    /// Whether the padding follows from the input.
    var isPaddedSame: Bool { word("padding", default: "") == "same" }
}
