import ApusGraph

/// What a convolution's kernel reads: `[N, channels, places of the kernel, places of the output]`.
struct Columns {
    var value: ValueID
    /// The output's dimensions behind the channels.
    var outputs: [Int]
}

// Convolutions as products of matrices: for weights that are computed while the model runs, and places that are.
extension NodeImport {
    /// Places of a kernel after which it is not worth to write them out.
    private static let placeLimit = 1024

    /// The elements that each window has at each of its places.
    mutating func patches(_ x: ValueID, _ window: ImportedWindow) throws(NodeFailure) -> Columns {
        let dimensions = type(x).dimensions
        let extents = try numbers(dimensions.dropFirst(2), "a dimension of the input")
        let outputs = extents.indices.map { window.output($0, input: extents[$0]) }
        let area = window.size.reduce(1) { min($0 * $1, 1 << 40) }
        guard outputs.allSatisfy({ $0 >= 1 }), area <= Self.placeLimit else {
            throw failure("a window of \(window.size) can't move over \(type(x))")
        }
        let after = extents.indices.map { axis in
            (outputs[axis] - 1) * window.stride[axis] + window.span(axis) - extents[axis] - window.before[axis]
        }
        let isWhole = (window.before + after).allSatisfy { $0 == 0 }
        let padded = isWhole ? x : try apply(Pad(before: [0, 0] + window.before, after: [0, 0] + after), x)
        var parts: [ValueID] = []
        for place in 0..<area {
            var (rest, starts) = (place, [Int]())
            for axis in window.size.indices.reversed() {
                starts.insert(rest % window.size[axis] * window.dilation[axis], at: 0)
                rest /= window.size[axis]
            }
            let ends = outputs.indices.map { starts[$0] + (outputs[$0] - 1) * window.stride[$0] + 1 }
            let part = try apply(
                Slice(
                    starts: starts.map(Dimension.fixed), ends: ends.map(Dimension.fixed),
                    axes: outputs.indices.map { $0 + 2 }, steps: window.stride), padded)
            parts.append(try apply(Unsqueeze(axes: [2]), part))
        }
        let all = parts.count == 1 ? parts[0] : try applyAll(Concat(axis: 2), parts)[0]
        return Columns(
            value: try reshape(all, [dimensions[0], dimensions[1], .fixed(area), .fixed(outputs.reduce(1, *))]),
            outputs: outputs)
    }

    /// The products of columns with a weight `[filters, channels / groups, kernel...]`.
    mutating func convolution(
        _ columns: Columns, _ weight: ValueID, _ bias: ValueID?, groups: Int
    ) throws(NodeFailure) -> ValueID {
        let dimensions = type(columns.value).dimensions
        let sizes = try numbers(dimensions.dropFirst(), "a dimension of what is convolved")
        let shape = try numbers(type(weight).dimensions, "a dimension of the weight")
        guard (1...sizes[0]).contains(groups), sizes[0] % groups == 0, shape[0] % groups == 0,
            shape[1] == sizes[0] / groups
        else { throw failure("can't convolve \(sizes[0]) channels with \(type(weight)) in \(groups) groups") }
        let depth = shape[1] * sizes[1]
        let right = try reshape(columns.value, [dimensions[0], .fixed(groups), .fixed(depth), .fixed(sizes[2])])
        let left = try reshape(
            try single(weight), [1, .fixed(groups), .fixed(shape[0] / groups), .fixed(depth)])
        let result = try reshape(
            try apply(MatMul(), left, right), [dimensions[0], .fixed(shape[0])] + columns.outputs.map(Dimension.fixed))
        guard let bias else { return result }
        return try apply(
            Add(), result, try apply(Unsqueeze(axes: Array(1...columns.outputs.count)), try single(bias)))
    }

    /// A transposed convolution with a weight `[channels, filters / groups, kernel...]`: products, and their sum where they belong.
    mutating func spread(
        _ x: ValueID, _ weight: ValueID, _ window: ImportedWindow, groups: Int, outputPadding: [Int]
    ) throws(NodeFailure) -> ValueID {
        let dimensions = type(x).dimensions
        let sizes = try numbers(dimensions.dropFirst(), "a dimension of the input")
        let shape = try numbers(type(weight).dimensions, "a dimension of the weight")
        guard shape[0] == sizes[0], sizes[0] % groups == 0 else {
            throw failure("can't convolve \(sizes[0]) channels with \(type(weight)) in \(groups) groups")
        }
        let (depth, area) = (sizes[0] / groups, window.size.reduce(1, *))
        let places = sizes.dropFirst().reduce(1, *)
        let left = try reshape(weight, [1, .fixed(groups), .fixed(depth), .fixed(shape[1] * area)])
        let right = try reshape(x, [dimensions[0], .fixed(groups), .fixed(depth), .fixed(places)])
        let products = try apply(MatMul(transposeA: true), left, right)
        let filters = groups * shape[1]
        let columns = try reshape(
            products, [dimensions[0], .fixed(filters * area)] + dimensions.dropFirst(2))
        return try overlap(columns, window, channels: filters, outputPadding: outputPadding)
    }

    /// Columns `[N, channels · places of the kernel, places...]`, added where they belong: a transposed convolution whose kernels
    /// have a one each.
    mutating func overlap(
        _ columns: ValueID, _ window: ImportedWindow, channels: Int, outputPadding: [Int]
    ) throws(NodeFailure) -> ValueID {
        let area = window.size.reduce(1, *)
        guard area <= Self.placeLimit, channels * area * area <= 1 << 24 else {
            throw failure("\(channels) channels and a window of \(window.size) are too many to add up")
        }
        try requireRoom(elements: channels * area * area)
        var ones = [Double](repeating: 0, count: channels * area * area)
        for row in 0..<channels * area { ones[row * area + row % area] = 1 }
        let weight = try constant(Tensor(shape: [channels * area, 1] + window.size, elements: ones))
        return try transposedConvolution(columns, weight, window, groups: channels, outputPadding: outputPadding)
    }
}
