import ApusGraph

extension NodeImport {
    /// Windows along an axis after which it is not worth to write them out.
    private static let foldLimit = 256

    /// Brings the elements of each window together, one dimension after the other: what takes any window, dilated or wholly in the
    /// padding.
    ///
    /// - Parameters:
    ///   - fill: what stands in the padding.
    ///   - operation: brings two values together.
    mutating func fold(
        _ value: ValueID, _ window: ImportedWindow, fill: Double, _ operation: any Operator
    ) throws(NodeFailure) -> ValueID {
        var result = value
        for axis in (0..<window.rank).reversed() {
            let parts = try parts(result, window, axis, fill: fill)
            result = parts[0]
            for part in parts.dropFirst() { result = try apply(operation, result, part) }
        }
        return result
    }

    /// For each place of the window along an axis, the elements that all windows have there.
    mutating func parts(
        _ value: ValueID, _ window: ImportedWindow, _ axis: Int, fill: Double
    ) throws(NodeFailure) -> [ValueID] {
        let extent = try numbers([type(value).dimensions[axis + 2]], "a dimension of the input")[0]
        let count = window.output(axis, input: extent)
        guard count >= 1, window.size[axis] <= Self.foldLimit else {
            throw failure(
                "a window of \(window.size) with dilations of \(window.dilation) can't move over \(type(value))")
        }
        let reach = (count - 1) * window.stride[axis] + window.span(axis)
        var (before, after) = (type(value).dimensions.map { _ in 0 }, type(value).dimensions.map { _ in 0 })
        before[axis + 2] = window.before[axis]
        after[axis + 2] = reach - extent - window.before[axis]
        let isWhole = before[axis + 2] == 0 && after[axis + 2] == 0
        let padded = isWhole ? value : try apply(Pad(before: before, after: after, value: fill), value)
        var parts: [ValueID] = []
        for place in 0..<window.size[axis] {
            let start = place * window.dilation[axis]
            parts.append(
                try apply(
                    Slice(
                        starts: [.fixed(start)], ends: [.fixed(start + (count - 1) * window.stride[axis] + 1)],
                        axes: [axis + 2], steps: [window.stride[axis]]), padded))
        }
        return parts
    }
}
